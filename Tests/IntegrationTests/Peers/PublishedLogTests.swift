import Foundation
import Support
import Testing

/// Our log in other people's programs, which read its tiles as they would those of any other log.
@Suite(.serialized) struct PublishedLogTests {
    /// A gateway that has stopped, with some hundred records, three checkpoints and a receipt's proof.
    ///
    /// All but its newest segment was packed since then, and what it publishes was made anew from that.
    private struct Published {
        let gateway: GatewayProcess
        let sequence: String
        let leaf: String

        init() throws {
            gateway = try GatewayProcess.started(
                configuration:
                    "audit: { tile_entries: true, segment_bytes: 64KiB, fill_bytes: 16KiB }\n")
            try Self.keep(gateway.maxine("audit", "checkpoint"), "first.note", gateway)
            let answer = try gateway.register("api", "api-1")
            let parts = answer.headers["maxine-audit"]?.split(separator: ";").map(String.init) ?? []
            sequence = try #require(parts.first)
            leaf = try #require(parts.last)
            #expect(try gateway.curl("GET", "/api/maxine/services/s[1-700]").status == 200)
            try Self.keep(gateway.maxine("audit", "prove", sequence), "kept.proof", gateway)
            let path = "/api/maxine/audit/checkpoint?from="
            let first = try String(
                contentsOf: gateway.folder.appending(path: "first.note"), encoding: .utf8)
            let size = try #require(first.split(separator: "\n").dropFirst().first)
            let extended = try gateway.curl("GET", path + size)
            #expect(extended.status == 200, "\(extended.body)")
            try Data(extended.body.utf8).write(
                to: gateway.folder.appending(path: "extension"))
            #expect(try gateway.isPacked())
            #expect(gateway.stop() == 0)
            try FileManager.default.removeItem(
                at: gateway.folder.appending(path: "data/audit/tlog"))
            try gateway.start()
            #expect(try gateway.maxine("audit", "checkpoint").status == 0)
            #expect(gateway.stop() == 0)
        }

        /// Has the oldest records go, as if three days had passed; their first is kept by nobody any more.
        func prune() throws {
            let file = gateway.folder.appending(path: "maxine.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            let kept = text.replacing("audit: { ", with: "audit: { retention: { age: 1d }, ")
            try Data(kept.utf8).write(to: file)
            let shim = try ClockShim()
            try shim.shiftWall(milliseconds: 3 * 86_400_000)
            try gateway.start(under: shim.wrapper)
            var isGone = false
            for _ in 0..<1500 where !isGone {
                usleep(20_000)
                isGone = try !gateway.segmentFiles().contains { $0.hasPrefix(Self.first) }
            }
            #expect(isGone, "\(gateway.logText())")
            #expect(gateway.stop() == 0)
        }

        private static let first = "00000000000000000001."

        /// The first record that still stands in a bundle of the tiles, counted from 0.
        func firstEntry() throws -> Int {
            let path = gateway.folder.appending(path: "data/audit/tlog/tile/entries").path
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            return (names.compactMap { Int($0.prefix(3)) }.min() ?? 0) * 256
        }

        private static func keep(
            _ result: Shell.Result, _ name: String, _ gateway: GatewayProcess
        ) throws {
            #expect(result.status == 0, "\(result.error)")
            try Data(result.output.utf8).write(to: gateway.folder.appending(path: name))
        }
    }

    private static let scales = """
        import base64, pathlib, sys
        from tlog_scales.backend import LocalBackend
        from tlog_scales.reader import TilesReader
        from tlog_scales.signing import Vkey
        from tlog_scales.tiles import leaf_hash
        from tlog_scales.tlog import Checkpoint

        folder = pathlib.Path(sys.argv[1])
        vkey = Vkey.from_string((folder / 'certs/log.vkey').read_text().strip())
        reader = TilesReader(LocalBackend(folder / 'data/audit/tlog'))
        end = reader.get_checkpoint()
        end.verify(vkey)
        assert reader.calculate_root_hash() == end.root_hash
        for index in range(end.size):
            record = reader.get_entry(index)
            assert record.startswith(b'{"seq":%d,' % (index + 1)), record
            reader.get_inclusion_proof(index, end.size).check(leaf_hash(record), end.root_hash)
        for name in ('first.note',):
            old = Checkpoint.from_text((folder / name).read_text())
            old.verify(vkey)
            reader.get_consistency_proof(old.size, end.size).check(old.root_hash, end.root_hash)
        print('records:', end.size)
        """

    @Test(
        .enabled(
            if: PythonPeers.areThere, "tlog-scales is not there: scripts/peers.sh installs it"))
    func anotherReaderOfTilesVerifiesOurLog() throws {
        let published = try Published()
        let path = published.gateway.folder.path
        let good = try Shell.run([PythonPeers.python, "-c", Self.scales, path])
        #expect(good.status == 0, "\(good.error)")
        let count = Int(good.output.split(separator: " ").last?.dropLast() ?? "") ?? 0
        #expect(count > 700, "\(good.output)")
        try spoil(published.gateway)
        let bad = try Shell.run([PythonPeers.python, "-c", Self.scales, path])
        #expect(bad.status != 0)
    }

    @Test(
        .enabled(
            if: GoPeers.areThere,
            "Go's tlog packages are not there: they are Debian's golang-go and golang-golang-x-mod-dev"
        ))
    func gosOwnPackagesVerifyOurLog() throws {
        let published = try Published()
        let folder = published.gateway.folder
        let checker = try GoPeers.build(GoPeers.checker, in: folder)
        let arguments = [
            checker, "certs/log.vkey", "data/audit/tlog", "proof", "kept.proof", published.leaf,
            "extends", "extension", "first.note",
        ]
        let good = try Shell.run(arguments, directory: folder)
        #expect(good.status == 0, "\(good.output)\(good.error)")
        #expect(good.output.contains("proved: \(published.sequence)\n"), "\(good.output)")
        #expect(good.output.contains("extends: "), "\(good.output)")
        let other = try Shell.run(
            arguments.map { $0 == published.leaf ? String(repeating: "A", count: 43) + "=" : $0 },
            directory: folder)
        #expect(other.status != 0)
        try spoil(published.gateway)
        #expect(try Shell.run(arguments, directory: folder).status != 0)
    }

    /// Who has a receipt of a record that is gone, and an old checkpoint, has them proved by tiles that the log kept.
    @Test(
        .enabled(
            if: PythonPeers.areThere && GoPeers.areThere,
            "tlog-scales or Go's tlog packages are not there: scripts/peers.sh installs the one"))
    func othersProveWhatIsGone() throws {
        let published = try Published()
        try published.prune()
        let folder = published.gateway.folder
        let scales = try Shell.run([
            PythonPeers.python, "-c", Self.scalesWithoutRecords, folder.path, published.sequence,
            published.leaf,
        ])
        #expect(scales.status == 0, "\(scales.error)")
        let checker = try GoPeers.build(GoPeers.checker, in: folder)
        let first = try published.firstEntry()
        #expect(first >= 256, "nothing is gone from the bundles")
        let good = try Shell.run(
            [
                checker, "certs/log.vkey", "data/audit/tlog", "from", "\(first)", "-", "proof",
                "kept.proof", published.leaf, "extends", "extension", "first.note",
            ], directory: folder)
        #expect(good.status == 0, "\(good.output)\(good.error)")
        #expect(good.output.contains("proved: \(published.sequence)\n"), "\(good.output)")
        let own = try published.gateway.maxine(
            "audit", "prove", published.sequence, "--leaf", published.leaf, "--dir", "data/audit",
            "--checkpoint", "data/audit/tlog/checkpoint")
        #expect(own.status == 0, "\(own.error)")
        #expect(try published.gateway.maxine("audit", "verify").status == 0)
    }

    private static let scalesWithoutRecords = """
        import base64, pathlib, sys
        from tlog_scales.backend import LocalBackend
        from tlog_scales.reader import TilesReader
        from tlog_scales.signing import Vkey
        from tlog_scales.tlog import Checkpoint

        folder, leaf = pathlib.Path(sys.argv[1]), base64.b64decode(sys.argv[3])
        vkey = Vkey.from_string((folder / 'certs/log.vkey').read_text().strip())
        reader = TilesReader(LocalBackend(folder / 'data/audit/tlog'))
        end = reader.get_checkpoint()
        end.verify(vkey)
        assert reader.calculate_root_hash() == end.root_hash
        proof = reader.get_inclusion_proof(int(sys.argv[2]) - 1, end.size)
        proof.check(leaf, end.root_hash)
        old = Checkpoint.from_text((folder / 'first.note').read_text())
        old.verify(vkey)
        reader.get_consistency_proof(old.size, end.size).check(old.root_hash, end.root_hash)
        """

    /// Changes one byte of a record in its bundle.
    private func spoil(_ gateway: GatewayProcess) throws {
        let path = gateway.folder.appending(path: "data/audit/tlog/tile/entries/001")
        var bytes = try Data(contentsOf: path)
        bytes[bytes.startIndex + 100] ^= 1
        try bytes.write(to: path)
    }
}
