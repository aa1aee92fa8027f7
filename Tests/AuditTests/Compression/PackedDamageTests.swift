import Audit
import Foundation
import Support
import Testing

/// Whatever is done to a packed segment is found, and so is one that unpacks to more than a segment holds.
@Suite struct PackedDamageTests {
    @Test func everyChangeThatChangesARecordIsFound() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let original = try SealedLog.packed()
        let whole = try original.log.verify().get()
        for round in 0..<Repetitions.of(300) {
            let log = SealedLog(original.log.system.crashed())
            let path = try #require(log.packedFiles.randomElement(using: &random))
            var bytes = log.log.system.bytes(of: path)
            let plain = try GzipBytes.unpacked(PackedBytes(HeldBytes(bytes: bytes), path: path))
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch round % 5 {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            default: bytes += bytes
            }
            log.log.system.setBytes(bytes, of: path)
            switch log.log.verify() {
            case .success(let report):
                // The time and the system in gzip's head, the bits behind its last, and which of two places the same text is taken from
                // say nothing.
                #expect(report.root == whole.root, "seed \(seed) round \(round)")
                let unpacked = try GzipBytes.unpacked(
                    PackedBytes(HeldBytes(bytes: bytes), path: path))
                #expect(unpacked == plain, "seed \(seed) round \(round)")
                #expect(round % 5 == 0 || round % 5 == 3, "seed \(seed) round \(round)")
            case .failure(let damage):
                #expect(damage.file == path, "seed \(seed) round \(round)")
                #expect(damage.line > 0 && !damage.isUnread, "\(damage), seed \(seed)")
                #expect(throws: AuditError.self, "seed \(seed) round \(round)") {
                    _ = try log.start()
                }
            }
        }
    }

    @Test func anotherSegmentInItsPlaceIsFound() throws {
        let log = try SealedLog.packed()
        let paths = log.packedFiles
        log.log.system.setBytes(log.log.system.bytes(of: paths[2]), of: paths[1])
        guard case .failure(let damage) = log.log.verify() else {
            Issue.record("it was taken for the other")
            return
        }
        #expect(damage.file == paths[1])
        #expect(throws: AuditError.self) { _ = try log.start() }
    }

    /// A thousand blank lines pack to next to nothing, and a segment's records say nothing of them.
    @Test func whatUnpacksToMoreThanASegmentHoldsIsDamage() throws {
        let blank = try GzipBytes.packed([UInt8](repeating: 10, count: 1 << 20))
        #expect(blank.count < 4096)
        let bytes = PackedBytes(HeldBytes(bytes: blank), path: "it", bytesMax: 1 << 19)
        #expect(throws: FileFault.self) { _ = try GzipBytes.unpacked(bytes) }
        let enough = PackedBytes(HeldBytes(bytes: blank), path: "it", bytesMax: 1 << 20)
        #expect(try GzipBytes.unpacked(enough).count == 1 << 20)
    }

    /// The last eight bytes tell sum and length of the others.
    @Test func aSegmentWithoutItsLastBytesIsDamage() throws {
        let original = try SealedLog.packed()
        let path = try #require(original.packedFiles.first)
        let bytes = original.log.system.bytes(of: path)
        let lines = original.log.written(path).split(separator: 10).count
        for count in 1...8 {
            let log = SealedLog(original.log.system.crashed())
            log.log.system.setBytes(Array(bytes.dropLast(count)), of: path)
            guard case .failure(let damage) = log.log.verify() else {
                Issue.record("\(count) bytes were cut off, and nobody saw it")
                continue
            }
            #expect(damage.file == path && damage.line == lines + 1, "\(count): \(damage)")
            #expect(throws: AuditError.self, "\(count)") { _ = try log.start() }
        }
    }

    private static var isOptimised: Bool {
        var isOptimised = true
        assert(
            { () -> Bool in
                isOptimised = false
                return true
            }())
        return isOptimised
    }

    /// Thirty megabytes that unpack to more than five gigabytes.
    @Test(.enabled(if: Self.isOptimised, "it takes minutes in a debug build"))
    func aBombIsDamage() throws {
        let folder = try TestFolder()
        let name = "segments/00000000000000000001.jsonl.gz"
        try FileManager.default.createDirectory(
            atPath: folder.path("segments"), withIntermediateDirectories: false)
        try folder.write(GzipBytes.blankLines(atLeast: Limits.unpackedBytesMax), to: name)
        guard case .failure(let damage) = LogVerifier.verify(directory: folder.path) else {
            Issue.record("it was taken for a log")
            return
        }
        #expect(damage.file == folder.path(name) && !damage.isUnread)
        #expect(damage.line > Int(Limits.unpackedBytesMax) - (1 << 24), "\(damage)")
        #expect(damage.reason == "it unpacks to more than \(Limits.unpackedBytesMax) bytes")
    }

    @Test func bytesAreReadAtAnyPlace() throws {
        var random = SeededGenerator(seed: 5)
        let plain = (0..<2_000_000).map { _ in UInt8.random(in: 0...15, using: &random) }
        let bytes = PackedBytes(HeldBytes(bytes: try GzipBytes.packed(plain)), path: "it")
        var block = [UInt8](repeating: 0, count: 5000)
        for _ in 0..<20 {
            let place = Int.random(in: 0..<plain.count - 5000, using: &random)
            let count = try GzipBytes.read(bytes, at: Int64(place), into: &block)
            #expect(count > 0)
            #expect(block[..<count] == plain[place..<place + count])
        }
        #expect(try GzipBytes.read(bytes, at: Int64(plain.count), into: &block) == 0)
        #expect(try GzipBytes.read(bytes, at: Int64(plain.count) + 9, into: &block) == 0)
        // Back from the end, and to the end once more.
        #expect(try GzipBytes.unpacked(bytes) == plain)
        #expect(try GzipBytes.unpacked(bytes) == plain)
    }
}
