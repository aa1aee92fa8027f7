import Testing

@testable import Policy

@Suite struct IdentityTemplateTests {
    private let api = ServiceIdentity(
        trustDomain: "maxine.local", namespace: "default", datacenter: "dc1", service: "api")

    @Test func theConsulFormGoesBothWays() throws {
        let id = try IdentityTemplate.consul.spiffeID(for: api)
        #expect(id.description == "spiffe://maxine.local/ns/default/dc/dc1/svc/api")
        #expect(IdentityTemplate.consul.serviceIdentity(of: id) == api)
        let parsed = try IdentityTemplate(IdentityTemplate.consul.text)
        #expect(parsed == .consul)
    }

    @Test(arguments: [
        "spiffe://maxine.local", "spiffe://maxine.local/operator/admin",
        "spiffe://maxine.local/ns/default/dc/dc1/svc/api/more",
        "spiffe://maxine.local/ns/default/dc/dc1/svc",
        "spiffe://maxine.local/NS/default/dc/dc1/svc/api",
    ])
    func otherFormsNameNoService(text: String) throws {
        #expect(IdentityTemplate.consul.serviceIdentity(of: try SPIFFEID(parsing: text)) == nil)
    }

    @Test func whatATemplateLeavesOutHasItsDefault() throws {
        let template = try IdentityTemplate("spiffe://{trust_domain}/workload/{service}")
        let id = try SPIFFEID(parsing: "spiffe://maxine.local/workload/api")
        #expect(template.serviceIdentity(of: id) == api)
        #expect(try template.spiffeID(for: api) == id)
    }

    @Test(arguments: [
        ("spiffe://maxine.local/{service}", IdentityTemplateError.wrongBeginning),
        ("{service}", .wrongBeginning),
        ("spiffe://{trust_domain}/", .badSegment("")),
        ("spiffe://{trust_domain}/a//{service}", .badSegment("")),
        ("spiffe://{trust_domain}/../{service}", .badSegment("..")),
        ("spiffe://{trust_domain}/svc-{service}", .badSegment("svc-{service}")),
        ("spiffe://{trust_domain}/{services}", .badSegment("{services}")),
        ("spiffe://{trust_domain}/ns/{namespace}", .noService),
        ("spiffe://{trust_domain}/{service}/{service}", .repeated),
    ])
    func refuses(text: String, error: IdentityTemplateError) {
        #expect(throws: error) { try IdentityTemplate(text) }
    }

    @Test(arguments: ["a/b", "", "..", "a b", "\u{212A}"])
    func aNameThatIsNoSegmentMakesNoID(name: String) {
        var service = api
        service.service = name
        #expect(throws: SPIFFEIDError.self) { try IdentityTemplate.consul.spiffeID(for: service) }
    }
}
