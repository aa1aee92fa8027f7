import StrictJSON
import Support
import Testing

@testable import Registry

@Suite struct RegistrationDetailTests {
    @Test func encodesInOneOrder() throws {
        let one = try Registration.parse(
            try json(
                """
                {"ttlSeconds":9,"metadata":{"b":"1/2","a":"\\u0001 \\"é"},"tags":["x"],"zone":"z","port":80,
                 "region":"r","weight":3,"version":"1.0","address":"::1","namespace":"n"}
                """.replacing("\\u0001", with: "")), service: "s", id: "i")
        #expect(
            String(decoding: one.encodedDetail(), as: UTF8.self)
                == #"{"address":"::1","port":80,"version":"1.0","tags":["x"],"metadata":{"b":"1/2","a":" \"é"},"weight":3,"zone":"z","region":"r","ttlSeconds":9}"#
        )
        #expect(
            String(decoding: one.encodedFragment(), as: UTF8.self)
                == #"{"id":"i","address":"::1","port":80,"version":"1.0","tags":["x"],"metadata":{"b":"1/2","a":" \"é"},"weight":3,"health":"passing","zone":"z","region":"r","namespace":"n"}"#
        )
    }

    @Test func namesEveryMemberOfTheContractEvenWithoutAVersion() throws {
        let fragment = try registration("i").encodedFragment()
        #expect(
            String(decoding: fragment, as: UTF8.self)
                == #"{"id":"i","address":"10.0.0.1","port":8080,"version":null,"tags":[],"metadata":{},"weight":1,"health":"passing","namespace":"default"}"#
        )
    }

    @Test func comesBackEqualFromItsDetail() throws {
        var generator = SeededGenerator(seed: 7)
        for round in 0..<500 {
            let original = try randomRegistration(round, &generator)
            let detail = original.encodedDetail()
            let back = try Registration.decode(
                detail: try StrictJSON.parse(detail), namespace: original.namespace,
                service: original.service, id: original.id)
            #expect(back == original)
            #expect(back.encodedDetail() == detail)
            _ = try StrictJSON.parse(original.encodedFragment())
        }
    }

    @Test(arguments: [
        #"{"address":"a","port":1,"namespace":"other"}"#, #"{"address":"a","port":1,"checks":[]}"#,
        #"{"address":"a"}"#, "[]",
    ])
    func refusesADetailThatNoVersionWrote(text: String) {
        #expect(throws: RegistryError.self) {
            try Registration.decode(
                detail: try json(text), namespace: "n", service: "s", id: "i")
        }
    }

    private func randomRegistration(
        _ round: Int, _ generator: inout SeededGenerator
    ) throws -> Registration {
        func text(_ generator: inout SeededGenerator) -> String {
            let alphabet = Array("ab/\\\"é \u{1F600}\u{2028}<&'z")
            let length = Int.random(in: 1...12, using: &generator)
            return String(
                (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
        }
        var writer = JSONWriter()
        writer.raw("{\"address\":\"h\(round).example\",\"port\":".utf8)
        writer.integer(Int.random(in: 1...65_535, using: &generator))
        let tags = Set((0..<Int.random(in: 0...5, using: &generator)).map { _ in text(&generator) })
        writer.raw(",\"tags\":")
        writer.strings(tags)
        let keys = Set((0..<Int.random(in: 0...5, using: &generator)).map { _ in text(&generator) })
        writer.raw(",\"metadata\":{")
        for (index, key) in keys.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(key)
            writer.raw(":")
            writer.string(text(&generator))
        }
        writer.raw("}")
        if Bool.random(using: &generator) { writer.raw(",\"version\":\"1.\(round)-rc.1+b\"".utf8) }
        if Bool.random(using: &generator) { writer.raw(",\"zone\":\"z\(round)\"".utf8) }
        if Bool.random(using: &generator) { writer.raw(",\"region\":\"r\(round)\"".utf8) }
        if Bool.random(using: &generator) { writer.raw(",\"weight\":\(round)".utf8) }
        if Bool.random(using: &generator) { writer.raw(",\"ttlSeconds\":\(round + 5)".utf8) }
        writer.raw("}")
        return try Registration.parse(
            try StrictJSON.parse(writer.bytes), service: "s\(round)", id: "i\(round)")
    }
}
