import NIOCore
import Wire

/// Feeds bytes to the path and query parsers; what a path gives has to give itself again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPath(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = ByteBuffer(bytes: UnsafeBufferPointer(start: start, count: count))
    if let path = try? NormalisedPath(buffer) {
        for index in 0..<path.count {
            let segment = path.segment(index) ?? ""
            precondition(!segment.isEmpty && segment != "." && segment != "..")
            precondition(!segment.contains("/") && !segment.contains("\\"))
            precondition(segment.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x25 })
        }
    }
    if let query = try? Query(buffer) {
        for index in 0..<query.count {
            precondition(query.pair(index)?.key.isEmpty == false)
        }
    }
    return 0
}
