/// The plain bytes of an archived segment, read at any offset; one member is held inflated.
final class ArchiveBytes: ByteSource {
    private struct Member {
        var start: Int64
        var length: Int
        var plainStart: Int64
        var plainLength: Int
    }

    private let system: any FileSystem
    private let file: OpenFile
    private let members: [Member]
    private var held: (index: Int, bytes: [UInt8])?

    /// Walks over the heads of all members.
    init(system: any FileSystem, file: OpenFile) throws(FileFault) {
        self.system = system
        self.file = file
        let size = try system.size(file)
        var members: [Member] = []
        var place: Int64 = 0
        var plain: Int64 = 0
        while place < size {
            let head = try system.readRange(file, from: place, count: Gzip.headBytes)
            guard let length = Gzip.length(ofHead: head[...]), place + Int64(length) <= size,
                length <= Limits.archiveMemberBytesMax
            else { throw Self.damaged(file) }
            let trailer = try system.readRange(
                file, from: place + Int64(length - Gzip.trailerBytes), count: Gzip.trailerBytes)
            let count = Gzip.contentLength(ofTrailer: trailer[...])
            guard count <= Limits.archiveMemberBytesMax else { throw Self.damaged(file) }
            members.append(
                Member(start: place, length: length, plainStart: plain, plainLength: count))
            place += Int64(length)
            plain += Int64(count)
        }
        self.members = members
    }

    /// The number of plain bytes.
    var size: Int64 { members.last.map { $0.plainStart + Int64($0.plainLength) } ?? 0 }

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        guard offset >= 0, let index = index(of: offset) else { return 0 }
        let plain = try inflated(index)
        let part = plain[Int(offset - members[index].plainStart)...].prefix(bytes.count)
        bytes.copyBytes(from: part)
        return part.count
    }

    /// The member that holds an offset, or nil behind the end.
    private func index(of offset: Int64) -> Int? {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].plainStart + Int64(members[middle].plainLength) <= offset {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < members.count ? low : nil
    }

    private func inflated(_ index: Int) throws(FileFault) -> [UInt8] {
        if let held, held.index == index { return held.bytes }
        let member = members[index]
        let packed = try system.readRange(file, from: member.start, count: member.length)
        guard packed.count == member.length,
            let bytes = Gzip.content(packed, bytesMax: Limits.archiveMemberBytesMax)
        else { throw Self.damaged(file) }
        held = (index, bytes)
        return bytes
    }

    private static func damaged(_ file: OpenFile) -> FileFault {
        FileFault(
            operation: "inflate", path: file.path, errno: PosixFileSystem.inputOutput)
    }
}
