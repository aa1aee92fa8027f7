import Foundation
import Support

/// A real provider, a gateway that knows it in four ways, and a browser.
struct SAMLProcesses {
    static let own = "https://maxine.example"
    static let policy = """
        maxine_policy: 1
        name: saml
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ group: sealed/ops }, { group: both/ops }, { group: response/ops }, { saml_group: ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """

    let browser: SAMLBrowser
    let gateway: GatewayProcess
    private let keys: TestFolder

    /// Starts both; nil where the provider is not installed.
    init?() throws {
        guard let program = SimpleSAML.program else {
            print(SimpleSAML.missing)
            return nil
        }
        let keys = try TestFolder()
        try SimpleSAML.makeKey("maxine", in: keys.path)
        let provider = try SimpleSAML(
            program, for: Self.own, certificate: try keys.text("maxine.pem"))
        let entries = SimpleSAML.Way.allCases.map { way in
            """
                - name: \(way.rawValue)
                  metadata_file: \(provider.folder.path("idp.xml"))
                  key: file:\(keys.path("maxine.key"))
                  certificate_file: \(keys.path("maxine.pem"))
                  signed: \(way == .sealed ? "response" : way.rawValue)
                  allow_cbc: \(way == .sealed)
                  user_attribute: uid

            """
        }.joined()
        gateway = try GatewayProcess(
            policy: Self.policy,
            configuration: "people: { url: \"\(Self.own)\" }\nauth:\n  saml:\n" + entries)
        try gateway.start()
        self.keys = keys
        browser = try SAMLBrowser(gateway, provider)
    }

    /// Signs somebody on; returns the session cookie.
    func signOn(_ way: SimpleSAML.Way, _ user: String = "alice") throws -> String {
        let answer = try browser.post(try browser.form(way, user, user + "pw"), way)
        guard answer.status == 303,
            let session = answer.cookies.first(where: { $0.hasPrefix("__Host-maxine=") })
        else { throw TestFault(description: "\(answer.status) \(answer.body)") }
        return String(session.prefix { $0 != ";" })
    }
}
