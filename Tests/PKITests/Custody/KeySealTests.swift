@testable import PKI
import Support
import Testing

/// What seals opens, for the same purpose, and nothing else does.
@Suite struct KeySealTests {
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    private static let text = Array("a private key".utf8)
    private let seal: KeySeal

    init() throws { seal = try KeySeal(secret: Self.secret) }

    private func opened(
        _ bytes: [UInt8], purpose: String = "web", by seal: KeySeal?
    ) -> String {
        do throws(PKIError) {
            let found = try KeySeal.contents(bytes, at: "F", purpose: purpose, by: seal)
            return String(decoding: found, as: UTF8.self)
        } catch {
            return error.message
        }
    }

    @Test func givesBackWhatWasSealedAndHoldsNoneOfItInTheClear() throws {
        let sealed = try seal.seal(Self.text, purpose: "web")
        #expect(opened(sealed, by: seal) == "a private key")
        let file = String(decoding: sealed, as: UTF8.self)
        #expect(!file.contains("private"))
        #expect(file.contains(#""kept":"sealed","seal":"\#(seal.id)","purpose":"web""#), "\(file)")
        #expect(try seal.seal(Self.text, purpose: "web") != sealed, "a nonce of its own each time")
    }

    @Test func theSameSecretIsTheSameKeyInEveryProcess() throws {
        let again = try KeySeal(secret: Self.secret)
        #expect(opened(try seal.seal(Self.text, purpose: "web"), by: again) == "a private key")
        #expect(again.id == seal.id)
        #expect(seal.id.utf8.count == 16)
        #expect(!String(decoding: Self.secret, as: UTF8.self).contains(seal.id))
    }

    @Test func aMissingOrAnotherKeyIsNamedWithWhatToDo() throws {
        let sealed = try seal.seal(Self.text, purpose: "web")
        #expect(
            opened(sealed, by: nil)
                == "F is sealed with the key \(seal.id): set custody.seal to where that key is")
        let other = try KeySeal(secret: Self.secret + [1])
        #expect(other.id != seal.id)
        let message = opened(sealed, by: other)
        for word in [seal.id, other.id, "maxine ca seal --from"] {
            #expect(message.contains(word), "\(message)")
        }
    }

    @Test func anotherPurposeIsRefused() throws {
        let sealed = try seal.seal(Self.text, purpose: "web")
        #expect(opened(sealed, purpose: "api", by: seal).contains("another key"))
        let renamed = String(decoding: sealed, as: UTF8.self).replacing("\"web\"", with: "\"api\"")
        #expect(opened(Array(renamed.utf8), purpose: "api", by: seal).contains("damaged"))
    }

    @Test func everyBitOfTheBoxCounts() throws {
        let sealed = try #require(SealedSecret(try seal.seal(Self.text, purpose: "web")))
        for index in sealed.box.indices {
            var box = sealed.box
            box[index] ^= 1
            let changed = SealedSecret(seal: seal.id, purpose: "web", box: box).encoded
            #expect(opened(changed, by: seal) == "F is damaged: restore it from a backup")
        }
        let short = SealedSecret(seal: seal.id, purpose: "web", box: [1, 2, 3]).encoded
        #expect(opened(short, by: seal) == "F is damaged: restore it from a backup")
    }

    @Test func aShortSecretIsRefused() {
        #expect(throws: PKIError.self) { try KeySeal(secret: Self.secret.dropLast()) }
    }

    @Test func whatIsNotSealedIsTakenAsItIs() {
        #expect(opened(Self.text, by: seal) == "a private key")
        #expect(opened(Array("{}".utf8), by: nil) == "{}")
    }
}
