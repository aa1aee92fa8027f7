import Auth
import Testing

@Suite struct Base64URLTests {
    @Test(arguments: ["A", "AAAAA", "AA==", "AAA=", "AB", "AAB", "A A", "AA\n", "AA+/", "é"])
    func refusesWhatNoEncoderWrites(_ text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test func readsWhatItWrites() {
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
            #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
        }
    }
}
