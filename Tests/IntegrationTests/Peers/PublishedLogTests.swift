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

    /// Changes one byte of a record in its bundle.
    private func spoil(_ gateway: GatewayProcess) throws {
        let path = gateway.folder.appending(path: "data/audit/tlog/tile/entries/001")
        var bytes = try Data(contentsOf: path)
        bytes[bytes.startIndex + 100] ^= 1
        try bytes.write(to: path)
    }
}

/// Go as Debian has it, with the packages that its own checksum database is read by.
enum GoPeers {
    private static let source = "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog"

    static var areThere: Bool {
        Shell.has("go") && FileManager.default.fileExists(atPath: source)
    }

    /// Builds a program without fetching anything.
    static func build(_ text: String, in folder: URL) throws -> String {
        let file = folder.appending(path: "checklog.go")
        try Data(text.utf8).write(to: file)
        let built = try Shell.run(
            ["go", "build", "-o", folder.path + "/checklog", file.path],
            environment: [
                "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
                "GOCACHE": folder.path + "/gocache",
            ], directory: folder, timeoutSeconds: 120)
        guard built.status == 0 else { throw TestFault(description: "go: \(built.error)") }
        return folder.path + "/checklog"
    }

    /// Verifies a checkpoint, each record through the tiles, and proofs.
    static let checker = """
        // Verifies a published log of Maxine with Go's own packages: the checkpoint, every record through its tiles, and proofs.
        //
        //    checklog VKEY DIR [proof FILE LEAF | extends FILE OLD-NOTE]...
        package main

        import (
            "encoding/base64"
            "fmt"
            "os"
            "path/filepath"
            "strconv"
            "strings"

            "golang.org/x/mod/sumdb/note"
            "golang.org/x/mod/sumdb/tlog"
        )

        func must(err error) {
            if err != nil {
                fmt.Println("refused:", err)
                os.Exit(1)
            }
        }

        func read(path string) []byte {
            data, err := os.ReadFile(path)
            must(err)
            return data
        }

        // open verifies a checkpoint and gives the tree that it is the end of.
        func open(data []byte, known note.Verifiers, name string) tlog.Tree {
            signed, err := note.Open(data, known)
            must(err)
            lines := strings.Split(signed.Text, "\\n")
            if len(lines) < 4 || lines[0] != name {
                must(fmt.Errorf("not a checkpoint of %s", name))
            }
            size, err := strconv.ParseInt(lines[1], 10, 64)
            must(err)
            root, err := tlog.ParseHash(lines[2])
            must(err)
            return tlog.Tree{N: size, Hash: root}
        }

        // tiles reads tiles of height 8 from a folder in the layout of C2SP tlog-tiles.
        type tiles string

        func (dir tiles) Height() int { return 8 }

        func (dir tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
            var all [][]byte
            for _, tile := range wanted {
                path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
                data, err := os.ReadFile(filepath.Join(string(dir), path))
                if os.IsNotExist(err) && tile.W < 256 {
                    full := tile
                    full.W = 256
                    path = strings.Replace(full.Path(), "tile/8/", "tile/", 1)
                    data, err = os.ReadFile(filepath.Join(string(dir), path))
                    if err == nil {
                        data = data[:tile.W*tlog.HashSize]
                    }
                }
                if err != nil {
                    return nil, err
                }
                all = append(all, data)
            }
            return all, nil
        }

        func (dir tiles) SaveTiles([]tlog.Tile, [][]byte) {}

        // records reads the bundle that holds a record.
        func (dir tiles) records(size, bundle int64) [][]byte {
            tile := tlog.Tile{H: 8, L: 0, N: bundle, W: 256}
            if size/256 == bundle {
                tile.W = int(size % 256)
            }
            data := read(filepath.Join(string(dir), strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)))
            var all [][]byte
            for len(data) >= 2 {
                count := int(data[0])<<8 | int(data[1])
                all = append(all, data[2:2+count])
                data = data[2+count:]
            }
            return all
        }

        // split gives the lines before a proof's empty one, and the checkpoint behind it.
        func split(data []byte) ([]string, []byte) {
            head, rest, found := strings.Cut(string(data), "\\n\\n")
            if !found {
                must(fmt.Errorf("no checkpoint in the proof"))
            }
            return strings.Split(head, "\\n"), []byte(rest)
        }

        func hashes(lines []string) []tlog.Hash {
            var all []tlog.Hash
            for _, line := range lines {
                hash, err := tlog.ParseHash(line)
                must(err)
                all = append(all, hash)
            }
            return all
        }

        func main() {
            verifier, err := note.NewVerifier(strings.TrimSpace(string(read(os.Args[1]))))
            must(err)
            known := note.VerifierList(verifier)
            dir := tiles(os.Args[2])
            tree := open(read(filepath.Join(string(dir), "checkpoint")), known, verifier.Name())
            reader := tlog.TileHashReader(tree, dir)
            for index := int64(0); index < tree.N; index++ {
                record := dir.records(tree.N, index/256)[index%256]
                proof, err := tlog.ProveRecord(tree.N, index, reader)
                must(err)
                must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)))
            }
            fmt.Println("records:", tree.N)
            for rest := os.Args[3:]; len(rest) >= 3; rest = rest[3:] {
                lines, signed := split(read(rest[1]))
                end := open(signed, known, verifier.Name())
                switch rest[0] {
                case "proof":
                    if lines[0] != "c2sp.org/tlog-proof@v1" {
                        must(fmt.Errorf("not a proof"))
                    }
                    index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
                    must(err)
                    leaf, err := base64.StdEncoding.DecodeString(rest[2])
                    must(err)
                    var hash tlog.Hash
                    copy(hash[:], leaf)
                    must(tlog.CheckRecord(hashes(lines[2:]), end.N, end.Hash, index, hash))
                    fmt.Println("proved:", index+1)
                case "extends":
                    old := open(read(rest[2]), known, verifier.Name())
                    must(tlog.CheckTree(hashes(lines[1:]), end.N, end.Hash, old.N, old.Hash))
                    fmt.Println("extends:", old.N)
                }
            }
        }
        """
}
