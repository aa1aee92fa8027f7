import Glibc

/// The system's text for an error number.
public func errnoText(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
