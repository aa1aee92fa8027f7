import Foundation
import StrictJSON
import Support

/// Signing off, there and here.
extension SAMLBrowser {
    /// A page of the provider, and those of its own that it sends a browser on to.
    func visit(_ address: String) throws -> CurlAnswer {
        let jar = folder.path("theirs")
        var place = address
        for _ in 0..<10 {
            let answer = try CurlAnswer(
                Shell.run([
                    "curl", "-sS", "-D", "-", "--max-time", "10", "-b", jar, "-c", jar, place,
                ]))
            guard let next = answer.headers["location"], next.hasPrefix(provider.address),
                !next.hasSuffix("/done")
            else { return answer }
            place = next
        }
        throw TestFault(description: "the provider sends a browser round and round")
    }

    /// Signs off at the provider, and takes its messages to us and our answers back, until it is done.
    ///
    /// - Returns: How each of the provider's messages was answered, and how long that took.
    func signOffThere(_ own: String) throws -> [(
        way: SimpleSAML.Way, answer: CurlAnswer, time: Duration
    )] {
        var taken: [(way: SimpleSAML.Way, answer: CurlAnswer, time: Duration)] = []
        let done = provider.address + "/done"
        var page = try visit(provider.address + "/saml2/idp/initSLO.php?RelayState=" + done)
        while taken.count < 10 {
            let place = page.headers["location"] ?? Self.action(of: page.body)
            if place == done { return taken }
            guard let way = Self.way(of: place, own) else {
                throw TestFault(description: "\(page.status) \(place) \(page.body.prefix(400))")
            }
            let began = ContinuousClock.now
            let answer = try bring(page, place, to: way)
            let time = ContinuousClock.now - began
            taken.append((way, answer, time))
            guard answer.status == 303, let next = answer.headers["location"] else { return taken }
            page = try visit(next)
        }
        return taken
    }

    /// Takes a message of the provider's to us: in an address, or in a form.
    private func bring(
        _ page: CurlAnswer, _ place: String, to way: SimpleSAML.Way
    ) throws -> CurlAnswer {
        guard page.headers["location"] == nil else {
            return try self.own(way, "/slo?" + (place.split(separator: "?").last ?? ""), [])
        }
        let fields = ["SAMLRequest", "RelayState"].compactMap { name in
            Self.field(name, in: page.body).map {
                "\(name)=\($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            }
        }
        return try self.own(
            way, "/slo",
            [
                "--data-binary", fields.joined(separator: "&"), "-H",
                "Origin: \(provider.address)",
            ])
    }

    /// Signs off here, goes to the provider with what we say, and comes back with its answer.
    ///
    /// - Returns: What we said at first, and at last.
    func signOffHere(
        _ session: String, _ way: SimpleSAML.Way, _ own: String
    ) throws -> (off: CurlAnswer, back: CurlAnswer) {
        let jar = folder.path("ours")
        let off = try CurlAnswer(
            Shell.run(
                [
                    "curl", "-sS", "-D", "-", "--max-time", "10", "--cacert", "certs/bundle.pem",
                    "-c", jar, "-H", "Cookie: \(session)", "-H", "Origin: \(gateway.peopleAddress)",
                    "-X", "POST", gateway.peopleAddress + "/api/maxine/auth/logout",
                ], directory: gateway.folder))
        guard let next = try StrictJSON.parse(Array(off.body.utf8))["next"]?.string else {
            throw TestFault(description: "\(off.status) \(off.body)")
        }
        let page = try visit(next)
        let place = page.headers["location"] ?? ""
        guard Self.way(of: place, own) == way else {
            throw TestFault(description: "\(page.status) \(place) \(page.body.prefix(600))")
        }
        return (off, try self.own(way, "/slo?" + (place.split(separator: "?").last ?? ""), []))
    }

    /// Whether the provider would let the person through without asking.
    func isSignedOnThere(_ way: SimpleSAML.Way) throws -> Bool {
        let place = try ask(way).headers["location"] ?? ""
        let jar = folder.path("theirs")
        let page = try Shell.run(
            ["curl", "-sS", "-L", "--max-time", "10", "-b", jar, "-c", jar, place])
        return Self.field("SAMLResponse", in: page.output) != nil
    }

    private static func way(of place: String, _ own: String) -> SimpleSAML.Way? {
        SimpleSAML.Way.allCases.first {
            place.hasPrefix("\(own)/api/maxine/auth/saml/\($0.rawValue)/slo")
        }
    }

    private static func action(of page: String) -> String {
        guard let mark = page.range(of: "action=\"") else { return "" }
        return String(page[mark.upperBound...].prefix { $0 != "\"" }).replacing("&#x2F;", with: "/")
            .replacing("&amp;", with: "&")
    }
}
