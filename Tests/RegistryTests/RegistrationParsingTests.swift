import StrictJSON
import Testing

@testable import Registry

@Suite struct RegistrationParsingTests {
    private func parse(
        _ text: String, service: String = "api", id: String = "api-1"
    ) throws -> Registration {
        try Registration.parse(try json(text), service: service, id: id)
    }

    @Test func takesAWholeRegistration() throws {
        let parsed = try parse(
            """
            {"address":"10.0.0.7","port":8443,"namespace":"shop","tags":["blue","v/2"],"version":"1.2.3",
             "metadata":{"team":"a","note":""},"weight":7,"zone":"z1","region":"eu","ttlSeconds":60,"checks":[]}
            """)
        #expect(parsed.service == "api")
        #expect(parsed.id == "api-1")
        #expect(parsed.namespace == "shop")
        #expect(parsed.address == "10.0.0.7")
        #expect(parsed.port == 8443)
        #expect(parsed.tags == ["blue", "v/2"])
        #expect(parsed.version == "1.2.3")
        #expect(parsed.metadata.map(\.key) == ["team", "note"])
        #expect(parsed.weight == 7)
        #expect(parsed.zone == "z1")
        #expect(parsed.region == "eu")
        #expect(parsed.ttlSeconds == 60)
    }

    /// What many clients send for what they have not.
    @Test func nullInAnOptionalMemberIsAbsent() throws {
        let parsed = try parse(
            #"{"address":"a","port":1,"tags":null,"version":null,"metadata":null,"weight":null,"zone":null,"ttlSeconds":null}"#
        )
        #expect(parsed == (try parse(#"{"address":"a","port":1}"#)))
    }

    @Test(arguments: ["8080.0", "8.08e3", "808E+1", "80800e-1", "8080.00e0"])
    func aWholeNumberMayBeSpeltInAnyWay(_ text: String) throws {
        #expect(try parse("{\"address\":\"a\",\"port\":\(text)}").port == 8080)
    }

    @Test func anInstanceIDMayHoldColonsInside() throws {
        let text = #"{"address":"a","port":1}"#
        #expect(try parse(text, id: "host1:api:8080").id == "host1:api:8080")
        #expect(throws: RegistryError.self) { try parse(text, id: ":a") }
        #expect(throws: RegistryError.self) { try parse(text, service: "a:b") }
    }

    @Test(arguments: ["api.example.com.", "my_service", "_dmarc.example"])
    func namesThatResolversKnowAreAddresses(_ address: String) throws {
        #expect(try parse("{\"address\":\"\(address)\",\"port\":1}").address == address)
    }

    @Test func fillsInDefaults() throws {
        let parsed = try parse(#"{"address":"api.example.org","port":1}"#)
        #expect(parsed.namespace == "default")
        #expect(parsed.tags == [])
        #expect(parsed.version == nil)
        #expect(parsed.metadata == [])
        #expect(parsed.weight == 1)
        #expect(parsed.zone == nil)
        #expect(parsed.ttlSeconds == 30)
    }

    @Test(arguments: [
        (#"[]"#, "$", "must be an object, not an array"),
        (#"{"port":1}"#, "$.address", "is missing"),
        (#"{"address":"a"}"#, "$.port", "is missing"),
        (
            #"{"address":"a","port":1,"tag":[]}"#, "$.tag",
            #"unknown field "tag", did you mean "tags"?"#
        ),
        (
            #"{"address":"a","port":1,"ttlseconds":9}"#, "$.ttlseconds",
            #"unknown field "ttlseconds", did you mean "ttlSeconds"?"#
        ),
        (#"{"address":"a","port":1,"qqqq":1}"#, "$.qqqq", #"unknown field "qqqq""#),
        (#"{"address":"a","port":1,"a b":1}"#, #"$["a b"]"#, #"unknown field "a b""#),
        (#"{"address":7,"port":1}"#, "$.address", "must be a string, not a number"),
        (#"{"address":"a","port":"1"}"#, "$.port", "must be a whole number, not a string"),
        (#"{"address":"a","port":1,"tags":"x"}"#, "$.tags", "must be an array, not a string"),
        (
            #"{"address":"a","port":1,"tags":["x",2]}"#, "$.tags[1]",
            "must be a string, not a number"
        ),
        (#"{"address":null,"port":1}"#, "$.address", "is missing"),
        (#"{"address":"a","port":1,"tags":[null]}"#, "$.tags[0]", "must be a string, not null"),
        (
            #"{"address":"a","port":1,"metadata":[]}"#, "$.metadata",
            "must be an object, not an array"
        ),
        (
            #"{"address":"a","port":1,"metadata":{"k":true}}"#, #"$.metadata["k"]"#,
            "must be a string, not a boolean"
        ),
        (#"{"address":"a","port":1,"checks":{}}"#, "$.checks", "must be an array, not an object"),
    ])
    func refusesTheWrongForm(text: String, path: String, message: String) throws {
        #expect(throws: RegistryError.malformed(path: path, message: message)) {
            try parse(text)
        }
    }

    @Test(arguments: [
        (#""port":0"#, "$.port", "0 is not a whole number from 1 to 65535"),
        (#""port":70000"#, "$.port", "70000 is not a whole number from 1 to 65535"),
        (#""port":-1"#, "$.port", "-1 is not a whole number from 1 to 65535"),
        (#""port":1.5"#, "$.port", "1.5 is not a whole number from 1 to 65535"),
        (#""port":1e5"#, "$.port", "1e5 is not a whole number from 1 to 65535"),
        (
            #""port":99999999999999999999999999"#, "$.port",
            "999999999999999999999999 is not a whole number from 1 to 65535"
        ),
        (#""port":1,"weight":-1"#, "$.weight", "-1 is not a whole number from 0 to 65535"),
        (#""port":1,"weight":65536"#, "$.weight", "65536 is not a whole number from 0 to 65535"),
        (#""port":1,"ttlSeconds":4"#, "$.ttlSeconds", "4 is not a whole number from 5 to 86400"),
        (
            #""port":1,"ttlSeconds":86401"#, "$.ttlSeconds",
            "86401 is not a whole number from 5 to 86400"
        ),
        (
            #""port":1,"version":"1""#, "$.version",
            #""1" is not a version such as 1.2 or 1.2.3"#
        ),
        (#""port":1,"checks":[{}]"#, "$.checks", "checks are not supported by this version"),
        (#""port":1,"tags":[""]"#, "$.tags[0]", "must not be empty"),
        (#""port":1,"tags":["a","a"]"#, "$.tags[1]", #""a" is given twice"#),
        (#""port":1,"tags":["a\u0000"]"#, "$.tags[0]", "must not hold control characters"),
        (#""port":1,"metadata":{"":"x"}"#, #"$.metadata[""]"#, "must not have an empty name"),
        (
            #""port":1,"zone":"a b""#, "$.zone",
            #""a b" is not a name: a letter or digit, then letters, digits, '.', '_' or '-', at most 100 in all"#
        ),
    ])
    func refusesImpossibleValues(members: String, path: String, message: String) throws {
        #expect(throws: RegistryError.impossible(path: path, message: message)) {
            try parse("{\"address\":\"a\",\(members)}")
        }
    }

    @Test func refusesMoreThanItsLimits() throws {
        let tags = (0...RegistryLimits.tagsMax).map { "\"t\($0)\"" }.joined(separator: ",")
        #expect(
            throws: RegistryError.impossible(path: "$.tags", message: "holds more than 32 tags")
        ) {
            try parse("{\"address\":\"a\",\"port\":1,\"tags\":[\(tags)]}")
        }
        let members = (0...RegistryLimits.metadataMax).map { "\"k\($0)\":\"\"" }
            .joined(separator: ",")
        #expect(
            throws: RegistryError.impossible(
                path: "$.metadata", message: "holds more than 64 members")
        ) {
            try parse("{\"address\":\"a\",\"port\":1,\"metadata\":{\(members)}}")
        }
        let long = String(repeating: "x", count: RegistryLimits.tagBytesMax + 1)
        #expect(
            throws: RegistryError.impossible(
                path: "$.tags[0]", message: "is longer than 128 bytes")
        ) {
            try parse("{\"address\":\"a\",\"port\":1,\"tags\":[\"\(long)\"]}")
        }
        let value = String(repeating: "x", count: RegistryLimits.metadataValueBytesMax)
        let heavy = (0..<17).map { "\"k\($0)\":\"\(value)\"" }.joined(separator: ",")
        #expect(
            throws: RegistryError.impossible(
                path: "$.metadata", message: "is longer than 8192 bytes in all")
        ) {
            try parse("{\"address\":\"a\",\"port\":1,\"metadata\":{\(heavy)}}")
        }
    }

    @Test(arguments: ["", ".", "..", "-a", "_a", "a/b", "a b", "a\u{0}", "é"])
    func refusesBadNames(name: String) {
        #expect(!RegistryName.isValid(name))
        #expect(throws: RegistryError.self) {
            try parse(#"{"address":"a","port":1}"#, service: name)
        }
        #expect(throws: RegistryError.self) {
            try parse(#"{"address":"a","port":1}"#, id: name)
        }
    }

    @Test func takesNamesUpToTheirLimit() {
        #expect(RegistryName.isValid("a"))
        #expect(RegistryName.isValid("9a.b_c-D"))
        #expect(RegistryName.isValid(String(repeating: "a", count: 100)))
        #expect(!RegistryName.isValid(String(repeating: "a", count: 101)))
    }

    @Test func errorsHaveStableCodes() {
        #expect(RegistryError.malformed(path: "", message: "").code == "registry.malformed")
        #expect(RegistryError.impossible(path: "", message: "").code == "registry.impossible")
        #expect(RegistryError.store("").code == "registry.store")
    }
}
