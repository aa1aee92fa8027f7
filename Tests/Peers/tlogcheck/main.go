// Checks a log's evidence with Go's own note and tlog packages.
//
//	main checkpoint VKEY FILE
//	main record VKEY PROOF LINE       LINE is a file that holds the record without its newline
//	main tree VKEY OLD PROOF          OLD is an earlier checkpoint, PROOF what `audit prove --since` prints
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(name string) string {
	data, err := os.ReadFile(name)
	fail(err)
	return string(data)
}

// open verifies a checkpoint's signature and gives its size and root.
func open(vkey, text string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(vkey)
	fail(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	fail(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		fail(fmt.Errorf("not three lines: %q", opened.Text))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err)
	root, err := tlog.ParseHash(lines[2])
	fail(err)
	return size, root
}

func hashes(lines []string) []tlog.Hash {
	var out []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		fail(err)
		out = append(out, hash)
	}
	return out
}

func main() {
	args := os.Args[1:]
	switch args[0] {
	case "checkpoint":
		size, root := open(args[1], read(args[2]))
		fmt.Println(size, root)
	case "record":
		head, checkpoint, _ := strings.Cut(read(args[2]), "\n\n")
		size, root := open(args[1], checkpoint)
		lines := strings.Split(head, "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" {
			fail(fmt.Errorf("not a proof: %q", lines[0]))
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		fail(err)
		leaf := tlog.RecordHash([]byte(read(args[3])))
		fail(tlog.CheckRecord(hashes(lines[2:]), size, root, index, leaf))
		fmt.Println("record", index+1, "of", size)
	case "tree":
		oldSize, oldRoot := open(args[1], read(args[2]))
		head, checkpoint, _ := strings.Cut(read(args[3]), "\n\n")
		size, root := open(args[1], checkpoint)
		lines := strings.Split(head, "\n")
		if lines[0] != fmt.Sprintf("old %d", oldSize) {
			fail(fmt.Errorf("the proof is for %q", lines[0]))
		}
		fail(tlog.CheckTree(hashes(lines[1:]), size, root, oldSize, oldRoot))
		fmt.Println("tree of", size, "extends", oldSize)
	default:
		fail(fmt.Errorf("unknown command %q", args[0]))
	}
}
