import Foundation
import Support

/// A browser without a screen: it keeps cookies, follows, and fills in forms; a test bends what it posts.
struct SAMLBrowser {
    let gateway: GatewayProcess
    let provider: SimpleSAML
    let folder: TestFolder

    init(_ gateway: GatewayProcess, _ provider: SimpleSAML) throws {
        self.gateway = gateway
        self.provider = provider
        folder = try TestFolder()
    }

    /// What it would post to us, once the person has signed on at the provider.
    struct Form {
        var response: String
        var relayState: String

        /// The document in the response.
        var document: String {
            get { String(decoding: Data(base64Encoded: response) ?? Data(), as: UTF8.self) }
            set { response = Data(newValue.utf8).base64EncodedString() }
        }

        var body: String {
            [("SAMLResponse", response), ("RelayState", relayState)].map {
                "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            }.joined(separator: "&")
        }
    }

    /// Begins at our page and goes as far as the provider's answer.
    func form(
        _ way: SimpleSAML.Way, _ user: String = "alice", _ password: String = "alicepw",
        asked: () throws -> Void = {}
    ) throws -> Form {
        let begun = try ask(way)
        guard begun.status == 303, let place = begun.headers["location"] else {
            throw TestFault(description: "\(begun.status) \(begun.body)")
        }
        guard
            begun.cookies.contains(where: { $0.contains("SameSite=None") && $0.contains("Secure") })
        else { throw TestFault(description: "no cookie that a provider's form brings along") }
        var page = try curl(["-L", place])
        if let state = Self.field("AuthState", in: page) {
            try asked()
            page = try curl([
                "-L", "--data-urlencode", "AuthState=\(state)", "-d",
                "username=\(user)&password=\(password)",
                provider.address + "/module.php/core/loginuserpass.php?",
            ])
        }
        guard let response = Self.field("SAMLResponse", in: page),
            let relayState = Self.field("RelayState", in: page)
        else { throw TestFault(description: "no answer of the provider: \(page.prefix(600))") }
        return Form(response: response, relayState: relayState)
    }

    /// Posts an answer to us.
    func post(_ form: Form, _ way: SimpleSAML.Way, jar: Bool = true) throws -> CurlAnswer {
        try folder.write(form.body, to: "body")
        return try own(
            way, "/acs",
            ["--data-binary", "@" + folder.path("body"), "-H", "Origin: \(provider.address)"],
            jar: jar)
    }

    func ask(_ way: SimpleSAML.Way) throws -> CurlAnswer { try own(way, "", []) }

    func own(
        _ way: SimpleSAML.Way, _ path: String, _ options: [String], jar: Bool = true
    ) throws -> CurlAnswer {
        let jars = jar ? ["-b", folder.path("ours"), "-c", folder.path("ours")] : []
        return try CurlAnswer(
            Shell.run(
                ["curl", "-sS", "-D", "-", "--max-time", "10", "--cacert", "certs/bundle.pem"]
                    + jars
                    + options
                    + ["\(gateway.peopleAddress)/api/maxine/auth/saml/\(way.rawValue)\(path)"],
                directory: gateway.folder))
    }

    /// Asks for something with a session.
    func ask(_ path: String, _ session: String) throws -> CurlAnswer {
        try CurlAnswer(
            Shell.run(
                [
                    "curl", "-sS", "-D", "-", "--max-time", "10", "--cacert", "certs/bundle.pem",
                    "-H", "Cookie: \(session)", gateway.peopleAddress + path,
                ], directory: gateway.folder))
    }

    private func curl(_ options: [String]) throws -> String {
        let jar = folder.path("theirs")
        let result = try Shell.run(
            ["curl", "-sS", "--max-time", "10", "-b", jar, "-c", jar] + options)
        guard result.status == 0 else { throw TestFault(description: result.error) }
        return result.output
    }

    /// The value of a hidden field.
    static func field(_ name: String, in page: String) -> String? {
        let marks = ["name=\"\(name)\"", "value=\""]
        var rest = page[...]
        for mark in marks {
            guard let found = rest.range(of: mark) else { return nil }
            rest = rest[found.upperBound...]
        }
        return String(rest.prefix { $0 != "\"" }).replacing("&amp;", with: "&")
            .replacing("&#x2F;", with: "/").replacing("&#x3D;", with: "=")
            .replacing("&#x2B;", with: "+")
    }
}
