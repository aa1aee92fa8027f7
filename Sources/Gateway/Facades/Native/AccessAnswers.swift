internal import Auth
internal import Policy
internal import StrictJSON
internal import Text

/// Who one is and which roles there are, as the native API writes them.
enum AccessAnswers {
    static func whoAmI(_ asked: WhoAmI, _ found: WhoAmI.Success) -> Answer {
        var writer = JSONWriter(capacity: 1024)
        let principal = found.principal
        writer.raw("{\"kind\":")
        writer.string(principal.kind.rawValue)
        writer.raw(",\"id\":")
        writer.string(principal.id)
        if let provider = principal.membership?.provider {
            writer.raw(",\"provider\":")
            writer.string(provider)
        }
        writer.raw(",\"method\":")
        writer.string(principal.authentication.rawValue)
        if let evidence = found.evidence { write(evidence, to: &writer) }
        if let id = principal.spiffeID {
            writer.raw(",\"spiffeId\":")
            writer.string(id.description)
        }
        // A group of SAML is both: one of its provider's, and one of any provider's by that name.
        var seen: Set<String> = []
        let groups =
            ((principal.membership?.groups ?? []) + principal.ldapGroups + principal.samlGroups)
            .filter { seen.insert($0).inserted }
        writer.raw(",\"groups\":")
        writer.strings(groups)
        if principal.kind == .key {
            writer.raw(",\"scopes\":")
            writer.strings(principal.apiKeyScopes)
        }
        writer.raw(",\"roles\":")
        write(found.roles, to: &writer)
        if let owner = principal.owner?.principal {
            writer.raw(",\"owner\":{\"kind\":")
            writer.string(owner.kind.rawValue)
            writer.raw(",\"id\":")
            writer.string(owner.id)
            writer.raw(",\"roles\":")
            write(found.ownerRoles ?? [], to: &writer)
            writer.raw("}")
        }
        writer.raw(",\"policy\":")
        writer.string(found.policyDigest)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    private static func write(_ evidence: CredentialEvidence, to writer: inout JSONWriter) {
        writer.raw(",\"strength\":")
        writer.string(evidence.strength.rawValue)
        writer.raw(",\"credential\":{\"kind\":")
        writer.string(evidence.sort.rawValue)
        if let id = evidence.id {
            writer.raw(",\"id\":")
            writer.string(id)
        }
        if let issuer = evidence.issuer {
            writer.raw(",\"issuer\":")
            writer.string(issuer)
        }
        if let end = evidence.endsNanoseconds {
            writer.raw(",\"expiresAt\":")
            writer.string(CivilTime.rfc3339(nanoseconds: end))
        }
        writer.raw("}")
    }

    private static func write(_ sources: [RoleSource], to writer: inout JSONWriter) {
        writer.raw("[")
        for (index, source) in sources.enumerated() {
            writer.raw(index > 0 ? ",{\"role\":" : "{\"role\":")
            writer.string(source.role)
            switch source.origin {
            case .binding(let binding):
                writer.raw(",\"from\":\"policy\",")
                write(binding, to: &writer)
            case .assigned: writer.raw(",\"from\":\"assigned\"")
            case .token: writer.raw(",\"from\":\"token\"")
            }
            if let lock = source.lock {
                writer.raw(",\"lock\":")
                writer.string(lock)
            }
            writer.raw("}")
        }
        writer.raw("]")
    }

    /// The members of a binding, without brackets.
    static func write(_ binding: ShownBinding, to writer: inout JSONWriter) {
        writer.raw("\"binding\":")
        writer.integer(binding.place)
        writer.raw(",\"subject\":")
        writer.string(binding.subject)
        writer.raw(",\"at\":")
        writer.string(binding.location.description)
    }
}
