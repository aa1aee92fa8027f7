import Audit
import Support
import Testing

/// A tile that can't be written is written later: whatever fails, the tiles lead to the end that is published with them.
@Suite struct TileFaultTests {
    @Test(arguments: MemoryFileSystem.Fault.allCases)
    func aFaultOfAnyCallLeavesWholeTiles(_ fault: MemoryFileSystem.Fault) async throws {
        let calls = try await calls()
        #expect(calls > 10)
        for call in Repetitions.some(of: Array(1...calls)) {
            for hasEntries in [false, true] {
                let signed = try await begun(hasEntries)
                let system = signed.log.system
                system.fail(call: system.calls + call, with: fault)
                try? await signed.keeper.round()
                signed.clock.advance(by: .seconds(1))
                try await signed.keeper.round()
                try await expectWhole(signed, "\(fault) of call \(call), entries: \(hasEntries)")
                signed.journal.close()
            }
        }
    }

    /// Two hundred records that are published, and a hundred that are not.
    private func begun(_ hasEntries: Bool) async throws -> SignedLog {
        let signed = try SignedLog(hasEntries: hasEntries)
        try signed.write(200)
        try await signed.keeper.round()
        try signed.write(100)
        signed.clock.advance(by: .seconds(1))
        return signed
    }

    private func calls() async throws -> Int {
        let signed = try await begun(true)
        let before = signed.log.system.calls
        try await signed.keeper.round()
        let calls = signed.log.system.calls - before
        signed.journal.close()
        return calls
    }

    private func expectWhole(_ signed: SignedLog, _ place: String) async throws {
        let end = try #require(try await signed.keeper.checkpoint()).end
        #expect(end == signed.journal.anchor, "\(place)")
        #expect(signed.tile("checkpoint") == (try await signed.keeper.checkpoint())?.bytes)
        let width = Int(end.size) - 256
        let leaves = signed.tile("tile/0/000") + signed.tile("tile/0/001.p/\(width)")
        let tree = stride(from: 0, to: leaves.count, by: 32)
            .compactMap { TreeHash(bytes: leaves[$0..<$0 + 32]) }
            .reduce(into: MerkleTree()) { $0.append($1) }
        #expect(LogAnchor(size: tree.size, root: tree.root) == end, "\(place)")
        #expect(signed.tile("tile/1/000.p/1").count == 32, "\(place)")
        let files = signed.log.system.paths(in: MemoryLog.folder + "/tlog")
        #expect(!files.contains { $0.hasSuffix(".new") || $0.contains("/000.p/2") }, "\(place)")
        for sequence in [1, 200, 256, 257, end.size] {
            #expect(try await signed.keeper.proof(of: sequence) != nil, "\(place)")
        }
    }
}
