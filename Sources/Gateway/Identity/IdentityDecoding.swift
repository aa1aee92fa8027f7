internal import PKI
internal import Policy
internal import StrictJSON
internal import Wire

/// Reads the bodies and queries of the routes for agents and entries.
enum IdentityDecoding {
    static func entry(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        let body = try jsonBody(input.body)
        do throws(EntryRefusal) {
            return IdentityCommand(.createEntry(try EntryDraft(parsing: body)))
        } catch {
            throw .malformed(error.message)
        }
    }

    static func entryID(_ input: RouteInput) throws(Problem) -> String {
        let id = input.segment(2)
        guard id.utf8.count <= 64 else { throw .malformed("an entry's number has 32 digits") }
        return id
    }

    static func agentName(_ input: RouteInput) throws(Problem) -> String? {
        guard let name = input.query.value(of: "agent") else { return nil }
        guard AgentNames.isName(name) else {
            throw .malformed("agent: \(quote(name)) can't name an agent")
        }
        return name
    }

    static func token(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        let body = try object(input, ["agent", "ttlSeconds"])
        let agent = try text("agent", body)
        guard AgentNames.isName(agent) else {
            throw .impossible("$.agent: \(quote(agent)) can't name an agent")
        }
        let seconds = try number("ttlSeconds", body) ?? PKILimits.joinTokenSecondsDefault
        return IdentityCommand(.createToken(agent: agent, seconds: seconds))
    }

    static func attest(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        let body = try object(input, ["csr", "token"])
        let csr = try signingRequest(body)
        guard
            let agent = AgentNames.name(of: csr.spiffeID, trustDomain: csr.spiffeID.trustDomain)
        else {
            throw .impossible(
                "$.csr: \(csr.spiffeID) does not name an agent; its form is"
                    + " spiffe://<trust domain>/agent/<name>")
        }
        let token = body["token"] == nil ? nil : try text("token", body)
        return IdentityCommand(.attest(AgentRequest(csr: csr, agent: agent, token: token)))
    }

    static func issue(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        let entry = try entryID(input)
        let body = try object(input, ["csr"])
        return IdentityCommand(
            .issue(EntryRequest(csr: try signingRequest(body), entry: entry)))
    }

    static func issueJWT(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        let entry = try entryID(input)
        let body = try object(input, ["audience"])
        guard case .array(let elements) = body["audience"] else {
            throw .malformed("$.audience: expected a list of strings")
        }
        let audience = elements.compactMap(\.string)
        guard audience.count == elements.count else {
            throw .malformed("$.audience: expected a list of strings")
        }
        return IdentityCommand(.issueJWT(EntryTokenRequest(audience: audience, entry: entry)))
    }

    static func updates(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        var seconds = 0
        if let text = input.query.value(of: "wait") {
            guard let number = Int(text), (0...AgentUpdates.waitSecondsMax).contains(number) else {
                throw .malformed(
                    "wait: \(quote(text)) is not a number of seconds from 0 to"
                        + " \(AgentUpdates.waitSecondsMax)")
            }
            seconds = number
        }
        let index = input.query.value(of: "index")
        guard (index?.utf8.count ?? 0) <= 64 else { throw .malformed("index: too long") }
        var sequence: UInt64?
        if let text = input.query.value(of: "bundle") {
            guard let number = UInt64(text) else {
                throw .malformed("bundle: \(quote(text)) is not a bundle's sequence")
            }
            sequence = number
        }
        return IdentityCommand(
            .updates(
                AgentUpdates(index: index, waitSeconds: seconds, bundleSequence: sequence)))
    }

    static func event(_ input: RouteInput) throws(Problem) -> IdentityCommand {
        let body = try object(input, AgentEvent.memberNames)
        guard case .object(let members) = body else { throw .malformed("$: expected an object") }
        _ = try text("code", body)
        for member in members {
            switch member.value {
            case .string(let text):
                guard text.utf8.count <= AgentEvent.textBytesMax else {
                    throw .impossible(
                        "$.\(member.name): more than \(AgentEvent.textBytesMax) bytes")
                }
            case .number:
                guard member.value.integer != nil else {
                    throw .malformed("$.\(member.name): expected a whole number")
                }
            case .null, .bool, .array, .object:
                throw .malformed("$.\(member.name): expected a string or a whole number")
            }
        }
        return IdentityCommand(.event(AgentEvent(members: members)))
    }

    private static func signingRequest(_ body: JSONValue) throws(Problem) -> ParsedCSR {
        let text = try text("csr", body)
        do throws(PKIError) {
            return try ParsedCSR(Array(text.utf8))
        } catch {
            throw .impossible("$.csr: \(error.message)")
        }
    }

    private static func object(
        _ input: RouteInput, _ known: [String]
    ) throws(Problem) -> JSONValue {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body else {
            throw .malformed("body: expected an object, got \(body.kind)")
        }
        for member in members where !known.contains(member.name) {
            throw .malformed(
                "$.\(quote(member.name)): unknown member; known are "
                    + known.joined(separator: ", "))
        }
        return body
    }

    private static func text(_ name: String, _ body: JSONValue) throws(Problem) -> String {
        guard let text = body[name]?.string else {
            throw .malformed("$.\(name): expected a string")
        }
        return text
    }

    private static func number(_ name: String, _ body: JSONValue) throws(Problem) -> Int? {
        guard let member = body[name] else { return nil }
        guard let number = member.integer else {
            throw .malformed("$.\(name): expected a whole number, got \(member.kind)")
        }
        return Int(clamping: number)
    }
}
