@testable import Audit
import Testing

@Suite struct SignedNoteTests {
    @Test func signsWhatItsKeyVerifies() throws {
        let signer = try LogSigner(name: "example.org/audit")
        let note = try signer.sign("example.org/audit\n1\nabc=\n\nmore\n")
        let again = try SignedNote(note.description)
        #expect(again == note)
        #expect(try again.verify([signer.verifierKey]).count == 1)
        let key = try #require(VerifierKey(signer.verifierKey.description))
        #expect(key == signer.verifierKey)
        #expect(try LogSigner(text: signer.secretText).verifierKey == key)
        #expect(try again.verify([key]).first?.key == key)
    }

    @Test func refusesAChangedTextAndAnUnknownKey() throws {
        let signer = try LogSigner(name: "a")
        let other = try LogSigner(name: "a")
        let note = try signer.sign("one\n")
        let forged = SignedNote(text: "two\n", signatures: note.signatures)
        #expect(throws: NoteError.wrongSignature(key: "a")) {
            _ = try forged.verify([signer.verifierKey])
        }
        #expect(throws: NoteError.noKnownSignature) { _ = try note.verify([other.verifierKey]) }
        #expect(throws: NoteError.noKnownSignature) { _ = try note.verify([VerifierKey]()) }
        let both = note.adding(try other.sign("one\n").signatures)
        #expect(try both.verify([other.verifierKey]).count == 1)
        // A known key's wrong signature spoils the note even beside a right one.
        let spoiled = note.adding(try other.sign("two\n").signatures)
        #expect(throws: NoteError.self) {
            _ = try spoiled.verify([signer.verifierKey, other.verifierKey])
        }
    }

    @Test(arguments: [
        "", "\n", "text\n", "text\n\n", "text\n\n\u{2014} a AAAA\n", "text\n\n- a AAAAAAAA\n",
        "text\n\n\u{2014} a AAAAAAAA", "te\txt\n\n\u{2014} a AAAAAAAA\n",
        "text\n\n\u{2014} a+b AAAAAAAA\n", "text\n\n\u{2014}  AAAAAAAA\n",
        "text\n\n\u{2014} a AAAAAAA\n", "text\n\n\u{2014} a b AAAAAAAA\n",
    ])
    func refusesAMalformedNote(text: String) {
        #expect(throws: NoteError.malformedNote) { _ = try SignedNote(text) }
    }

    @Test(arguments: [
        "", "a\n", "a\n1\n", "a\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
        "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n18446744073709551616\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ])
    func refusesAMalformedCheckpoint(text: String) {
        #expect(throws: NoteError.malformedText) { _ = try Checkpoint(text: text) }
    }

    @Test(arguments: ["", "a", "a+b+c", "a+00000000+AQ==", "a b+12345678+AAAA"])
    func refusesAMalformedKey(text: String) {
        #expect(VerifierKey(text) == nil)
        #expect(throws: NoteError.self) { _ = try LogSigner(text: text) }
        #expect(throws: NoteError.self) { _ = try LogSigner(text: "PRIVATE+KEY+" + text) }
    }

    @Test func readsReceiptsAndCheckpointsAsAnchors() throws {
        let leaf = MerkleTree.leafHash(of: [1])
        let receipts = try Anchor.list("# kept\n\n17;\(leaf.base64)\n 18;\(leaf.base64);20\n")
        #expect(
            receipts == [
                .receipt(sequence: 17, leaf: leaf), .receipt(sequence: 18, leaf: leaf),
            ])
        #expect(throws: NoteError.malformedReceipt(line: 2)) {
            _ = try Anchor.list("17;\(leaf.base64)\n0;\(leaf.base64)\n")
        }
        #expect(throws: NoteError.malformedNote) { _ = try Anchor.list("\n") }
    }
}
