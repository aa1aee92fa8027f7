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
    /// Our keys, `maxine` and `maxine2`.
    let keys: TestFolder

    /// Starts both; nil where the provider is not installed.
    ///
    /// - Parameters:
    ///   - metadata: Where the provider's metadata is by a gateway's configuration, for its folder and address.
    ///   - other: Whether the gateway has another key of its own as well.
    ///   - own: How browsers reach the gateway.
    ///   - port: Where it serves people; nil for a free port.
    /// - Throws: What keeps one of them from starting.
    init?(
        metadata: (SimpleSAML) -> String = {
            "metadata_file: \($0.folder.path("idp.xml"))"
        }, other: Bool = false, own: String = SAMLProcesses.own, port: Int? = nil
    ) throws {
        guard let program = SimpleSAML.program else {
            print(SimpleSAML.missing)
            return nil
        }
        let keys = try TestFolder()
        for name in ["maxine", "maxine2"] { try SimpleSAML.makeKey(name, in: keys.path) }
        let provider = try SimpleSAML(
            program, for: own, certificate: try keys.text("maxine.pem"))
        let place = metadata(provider)
        gateway = try GatewayProcess(
            policy: Self.policy,
            configuration: Self.configuration(
                place, keys, other ? ["maxine", "maxine2"] : ["maxine"], own),
            listen: port.map { ", people: \"127.0.0.1:\($0)\"" } ?? "")
        try gateway.start()
        self.keys = keys
        browser = try SAMLBrowser(gateway, provider)
    }

    /// A provider for each way, with the first of our keys, and the second beside it.
    static func configuration(
        _ metadata: String, _ keys: TestFolder, _ names: [String], _ address: String
    ) -> String {
        let own = zip(["", "other_"], names).map { word, name in
            """
                  \(word)key: file:\(keys.path("\(name).key"))
                  \(word)certificate_file: \(keys.path("\(name).pem"))

            """
        }.joined()
        let entries = SimpleSAML.Way.allCases.map { way in
            """
                - name: \(way.rawValue)
                  \(metadata)
                  signed: \(way == .sealed ? "response" : way.rawValue)
                  allow_cbc: \(way == .sealed)
                  user_attribute: uid
            \(own)
            """
        }.joined()
        return "people: { url: \"\(address)\" }\n" + limits + "auth:\n  saml:\n" + entries
    }

    /// However many answers are bent, and however fast the machine is, each is looked at.
    private static let limits =
        "limits: { source_rate: 100000, source_burst: 100000, strangers_rate: 100000 }\n"

    /// Signs somebody on; returns the session cookie.
    func signOn(_ way: SimpleSAML.Way, _ user: String = "alice") throws -> String {
        let answer = try browser.post(try browser.form(way, user, user + "pw"), way)
        guard answer.status == 303,
            let session = answer.cookies.first(where: { $0.hasPrefix("__Host-maxine=") })
        else { throw TestFault(description: "\(answer.status) \(answer.body)") }
        return String(session.prefix { $0 != ";" })
    }
}
