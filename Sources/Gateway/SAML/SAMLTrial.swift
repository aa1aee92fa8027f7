internal import Auth
internal import SAML
internal import Text
public import Time

/// Looks at a configured SAML provider for `maxine auth test`, and names the first thing that is wrong.
public enum SAMLTrial {
    /// Names and values, in the order to show them.
    typealias Lines = [(name: String, value: String)]

    /// Looks.
    ///
    /// - Parameters:
    ///   - name: The provider's name in the configuration.
    ///   - response: A response that a browser brought, in base64 as it was posted; nil looks at the metadata and our keys only.
    ///   - configuration: The whole configuration.
    ///   - clocks: The time.
    /// - Returns: What came of it; nil where no provider of that name is configured.
    public static func run(
        _ name: String, response: [UInt8]? = nil, in configuration: GatewayConfiguration,
        clocks: Clocks = .system
    ) async -> DirectoryTrial.Report? {
        guard let settings = configuration.samlProviders.first(where: { $0.name == name }) else {
            return nil
        }
        let place = "\(configuration.people.address ?? "")/api/maxine/auth/saml/\(settings.name)"
        var lines = asked(settings, at: place, clocks)
        do {
            let provider = try SAMLProvider(settings, clocks: clocks)
            lines += own(provider)
            let known = try await provider.knowledge.known()
            lines += found(known)
            try check(known, provider)
            guard let response else { return .init(isGood: true, lines: lines) }
            let trial = ResponseTrial(provider: provider, known: known, place: place)
            let (more, fault) = trial.judge(response)
            lines += more
            if let fault { lines.append(("first fault", "\(fault.code): \(fault)")) }
            return .init(isGood: fault == nil, lines: lines)
        } catch let fault as ProviderFault {
            lines.append(("first fault", fault.sentence))
        } catch {
            lines.append(("first fault", "\(error)"))
        }
        return .init(isGood: false, lines: lines)
    }

    /// What the provider must know of us, and what is made of what it says.
    private static func asked(
        _ settings: SAMLSettings, at place: String, _ clocks: Clocks
    ) -> Lines {
        let source =
            switch settings.metadata {
            case .file(let path): path
            case .address(let address, _): address.text
            }
        let user = settings.userAttribute.map { "attribute \($0)" } ?? "NameID"
        var lines: Lines = [
            ("provider", settings.name), ("its metadata", source),
            ("our entity id", settings.ownEntityID ?? place + "/metadata"),
            ("our metadata", place + "/metadata"), ("responses go to", place + "/acs"),
            ("sign-offs go to", settings.key == nil ? "not offered: no key" : place + "/slo"),
            ("user", "\(user) -> user \(settings.name)/NAME"),
            ("groups", "attribute \(settings.groupsAttribute) -> group \(settings.name)/NAME"),
        ]
        if let roles = settings.rolesAttribute {
            let allowed = settings.rolesAllowed.joined(separator: ", ")
            lines.append(
                ("roles", "attribute \(roles), of which: \(allowed.isEmpty ? "none" : allowed)"))
        }
        lines.append(("our clock", CivilTime.rfc3339(nanoseconds: clocks.wall())))
        return lines
    }

    private static func own(_ provider: SAMLProvider) -> Lines {
        let count = provider.own.certificates.count
        if count == 0 {
            return [("our keys", "none: requests are not signed, nothing encrypted is taken")]
        }
        return [
            (
                "our keys",
                count == 1 ? "one, which signs and opens" : "two: the first signs, both open"
            )
        ]
    }

    private static func found(_ known: SAMLKnown) -> Lines {
        let until = known.metadata.validUntilSeconds.map { CivilTime(secondsSince1970: $0).rfc3339 }
        let end = CivilTime(secondsSince1970: known.certificateEndSeconds).rfc3339
        return [
            ("entity id", known.metadata.entityID), ("metadata", "read"),
            ("good until", until ?? "it does not say"),
            ("signing keys", "\(known.keys.count), the last certificate until \(end)"),
        ]
            + known.metadata.signOn.map { ("browsers go to", "\($0.location) (\($0.binding))") }
            + known.metadata.signOff.map { ("signing off there", "\($0.location) (\($0.binding))") }
    }

    /// What keeps everybody from signing on.
    private static func check(_ known: SAMLKnown, _ provider: SAMLProvider) throws {
        guard known.metadata.signOn.contains(where: { $0.binding == .redirect }) else {
            throw SAMLSetup(
                description: "its metadata names no HTTP-Redirect SingleSignOnService")
        }
        if known.metadata.wantsSignedRequests, provider.key == nil {
            throw SAMLSetup(description: "it wants signed requests, and auth.saml.key is not set")
        }
        if known.certificateEndSeconds <= provider.nowSeconds {
            throw SAMLSetup(
                description: "its signing certificates have all ended; ask for new metadata")
        }
    }
}

/// Looks at a response that was captured: by its own time for what it says, and by ours for what is wrong.
private struct ResponseTrial {
    let provider: SAMLProvider
    let known: SAMLKnown
    let place: String

    func judge(_ text: [UInt8]) -> (lines: SAMLTrial.Lines, fault: SAMLRefusal?) {
        var lines: SAMLTrial.Lines = []
        do throws(SAMLRefusal) {
            guard let document = SAMLForm.decode(text) else { throw .base64 }
            let facts = try ResponseFacts(document)
            lines += shown(facts)
            let (person, response) = try provider.judge(
                document, by: known, rules: rules(facts, facts.instantSeconds))
            lines += arrived(response.assertion) + mapped(person)
            _ = try provider.judge(
                document, by: known, rules: rules(facts, provider.nowSeconds))
            return (lines, nil)
        } catch {
            return (lines, error)
        }
    }

    /// Which request it answers only the browser knows.
    private func rules(_ facts: ResponseFacts, _ now: Int64) -> AssertionRules {
        AssertionRules(
            issuer: provider.authority,
            audience: provider.settings.ownEntityID ?? place + "/metadata",
            recipient: place + "/acs", request: facts.answered ?? "", nowSeconds: now,
            skewSeconds: provider.settings.skewSeconds)
    }

    private func shown(_ facts: ResponseFacts) -> SAMLTrial.Lines {
        let signed = [
            facts.isSigned ? "response" : nil, facts.hasSignedAssertion ? "assertion" : nil,
        ].compactMap { $0 }
        return [
            ("response of", quote(facts.issuer ?? "nobody")),
            ("made at", CivilTime(secondsSince1970: facts.instantSeconds).rfc3339),
            ("sent to", quote(facts.destination ?? "nowhere in particular")),
            ("signatures in", signed.isEmpty ? "neither" : signed.joined(separator: ", ")),
            ("encrypted", facts.isEncrypted ? "yes" : "no"),
        ]
    }

    private func arrived(_ assertion: SAMLAssertion) -> SAMLTrial.Lines {
        [("NameID", "\(assertion.nameID.value) (\(assertion.nameID.format ?? "no format"))")]
            + assertion.attributes.flatMap { attribute in
                attribute.values.map { ("attribute \(attribute.name)", $0) }
            }
    }

    private func mapped(_ person: VouchedPerson) -> SAMLTrial.Lines {
        [("principal", "user \(provider.name)/\(person.name)")]
            + person.groups.map { ("group", "\(provider.name)/\($0)") }
            + person.roles.filter { role in
                provider.rolesAllowed.contains { $0.isExactly(role) }
            }.map { ("role", $0) }
    }
}
