internal import Glibc

/// The machine's name as exports carry it.
enum HostName {
    static let text: String = {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "-" }
        let name = String(
            decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return SyslogFormat.header(name, max: 255)
    }()
}
