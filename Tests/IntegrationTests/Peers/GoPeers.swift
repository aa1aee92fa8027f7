import Foundation
import Support

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
        //    checklog VKEY DIR [from FIRST-RECORD -] [proof FILE LEAF | extends FILE OLD-NOTE]...
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
            first := int64(0)
            if len(os.Args) > 4 && os.Args[3] == "from" {
                first, err = strconv.ParseInt(os.Args[4], 10, 64)
                must(err)
            }
            for index := first; index < tree.N; index++ {
                record := dir.records(tree.N, index/256)[index%256]
                proof, err := tlog.ProveRecord(tree.N, index, reader)
                must(err)
                must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)))
            }
            fmt.Println("records:", tree.N)
            for rest := os.Args[3:]; len(rest) >= 3; rest = rest[3:] {
                if rest[0] == "from" {
                    continue
                }
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
