import Testing

@testable import Registry

/// Text that looks the same and is spelt otherwise is other text.
@Suite struct CodeUnitTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test func tagsAreOthersInAnotherSpelling() throws {
        let instance = Instance(
            try registration("a", tags: [Self.composed]), sequence: 1, elapsedNanoseconds: 0)
        #expect(InstanceFilter(tags: [Self.composed]).passes(instance))
        #expect(!InstanceFilter(tags: [Self.decomposed]).passes(instance))
        #expect(InstanceFilter(tags: [Self.composed]) != InstanceFilter(tags: [Self.decomposed]))
        let filters: Set = [
            InstanceFilter(tags: [Self.composed]), InstanceFilter(tags: [Self.decomposed]),
        ]
        #expect(filters.count == 2)
    }

    @Test func bothSpellingsMayStandBesideEachOther() throws {
        let both = try registration("a", tags: [Self.composed, Self.decomposed])
        #expect(both.tags.map(\.utf8.count) == [5, 6])
        let metadata = try Registration.parse(
            try json(
                #"{"address":"10.0.0.1","port":1,"metadata":{"\#(Self.composed)":"1","\#(Self.decomposed)":"2"}}"#
            ), service: "api", id: "a"
        ).metadata
        #expect(metadata.map(\.value) == ["1", "2"])
        #expect(
            Registration.Metadata(key: Self.composed, value: "")
                != Registration.Metadata(key: Self.decomposed, value: ""))
    }

    @Test(arguments: [composed, decomposed, "\u{212A}"]) func namesAreOfASCIIAlone(name: String) {
        #expect(!RegistryName.isValid(name))
        #expect(!RegistryName.isInstanceID(name))
    }
}
