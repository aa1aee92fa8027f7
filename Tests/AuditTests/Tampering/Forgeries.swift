import Audit
import Support
import Testing

/// One way in which somebody changes the seals of a log.
enum SealForgery: CaseIterable {
    case edited, signedByAStranger, swapped, ofAnotherLog, changesSwapped, changesEdited,
        changesGone
    case position, ahead, torn

    func forge(_ log: SealedLog, other: SealedLog, _ random: inout SeededGenerator) throws {
        let system = log.log.system
        let path = try #require(log.seals.randomElement(using: &random))
        let bytes = system.bytes(of: path)
        let changes = log.files.filter { $0.hasSuffix(".changes") }
        switch self {
        case .edited:
            // Its fields are numbers and hashes; the signature stays.
            let end = Self.textEnd(bytes)
            let places = bytes.indices.prefix(end).filter { (0x30...0x39).contains(bytes[$0]) }
            let place = try #require(places.randomElement(using: &random))
            var edited = bytes
            edited[place] ^= 1
            system.setBytes(edited, of: path)
        case .signedByAStranger:
            let text = Array(bytes.prefix(Self.textEnd(bytes)))
            let stranger = try #require(WholeLog.stranger)
            let line = try #require(stranger.signatureLine(over: text))
            system.setBytes(text + [10] + line, of: path)
        case .swapped:
            let second = try #require(log.seals.filter { $0 != path }.randomElement(using: &random))
            system.setBytes(system.bytes(of: second), of: path)
            system.setBytes(bytes, of: second)
        case .ofAnotherLog:
            for file in other.files { system.setBytes(other.log.system.bytes(of: file), of: file) }
        case .changesSwapped:
            let first = try #require(changes.randomElement(using: &random))
            let second = try #require(changes.filter { $0 != first }.randomElement(using: &random))
            let held = system.bytes(of: first)
            system.setBytes(system.bytes(of: second), of: first)
            system.setBytes(held, of: second)
        case .changesEdited:
            let file = try #require(changes.randomElement(using: &random))
            var lines = system.bytes(of: file).split(separator: 10).map { Array($0) }
            let index = Int.random(in: lines.indices, using: &random)
            lines[index] = LogLines.edited(lines[index], &random)
            system.setBytes(LogLines.bytes(lines), of: file)
        case .changesGone:
            system.setBytes(nil, of: try #require(changes.randomElement(using: &random)))
        case .position:
            let file = SealedLog.folder + "/read-again"
            system.setBytes(
                Bool.random(using: &random) ? bytes : other.log.system.bytes(of: file), of: file)
        case .ahead:
            // Of a segment that the log does not have yet.
            let name = SealedLog.folder + "/00000000000000009999.seal"
            system.setBytes(bytes, of: name)
        case .torn:
            system.setBytes(
                Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))), of: path)
        }
    }

    /// Where a note's text ends, its newline included.
    private static func textEnd(_ bytes: [UInt8]) -> Int {
        (bytes.indices.dropFirst().last { bytes[$0] == 10 && bytes[$0 - 1] == 10 }) ?? bytes.count
    }
}

/// One way in which somebody changes the tiles of a log.
enum TileForgery: CaseIterable {
    case bent, gone, torn, ofAnotherLog, edge, checkpointOfAnotherLog, checkpointAhead

    private static let folder = MemoryLog.folder + "/tlog"

    func forge(_ log: SealedLog, other: SealedLog, _ random: inout SeededGenerator) throws {
        let system = log.log.system
        let tiles = system.paths(in: Self.folder + "/tile")
        let path = try #require(tiles.randomElement(using: &random))
        var bytes = system.bytes(of: path)
        switch self {
        case .bent:
            bytes[Int.random(in: bytes.indices, using: &random)] ^= 1
            system.setBytes(bytes, of: path)
        case .gone: system.setBytes(nil, of: path)
        case .torn: system.setBytes(Array(bytes.dropLast(7)), of: path)
        case .ofAnotherLog:
            for file in other.log.system.paths(in: Self.folder) {
                system.setBytes(other.log.system.bytes(of: file), of: file)
            }
        case .edge:
            // Hashes that are not those of the log, with an end that they lead to; nobody signed it.
            let count = 1 + Int.random(in: 0..<200, using: &random)
            let leaves = (0..<count).map { MerkleTree.leafHash(of: [UInt8($0), 9]) }
            let root = leaves.reduce(into: MerkleTree()) { $0.append($1) }.root
            system.setBytes(leaves.flatMap(\.bytes), of: Self.folder + "/tile/0/000.p/\(count)")
            try forgeEnd(count, root, in: log)
        case .checkpointOfAnotherLog:
            let file = Self.folder + "/checkpoint"
            system.setBytes(other.log.system.bytes(of: file), of: file)
        case .checkpointAhead:
            try forgeEnd(1 << 20, MerkleTree.leafHash(of: [1]), in: log)
        }
    }

    private func forgeEnd(_ count: Int, _ root: TreeHash, in log: SealedLog) throws {
        let stranger = try #require(WholeLog.stranger)
        let text = Array("maxine.local/audit\n\(count)\n\(root.base64)\n".utf8)
        let line = try #require(stranger.signatureLine(over: text))
        log.log.system.setBytes(text + [10] + line, of: Self.folder + "/checkpoint")
    }
}
