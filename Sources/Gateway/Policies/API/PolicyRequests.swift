internal import NIOCore
internal import Policy
internal import StrictJSON

/// What is asked of the policy, decoded and not yet decided.
enum PolicyRequest: Sendable {
    /// Asks for the policy in force, or for the files of one that was.
    case show(digest: String?)
    case check([PolicySource])
    case explain(PolicyExplainRequest)
    case replay(PolicyReplayRequest)
    case change(PolicyChangeRequest)
}

/// Asks why: of a question, or of a recorded decision.
enum PolicyExplainRequest: Sendable {
    case question(asking: String, doing: String, now: String?)
    case record(UInt64)
}

/// Asks what a candidate would have said to recorded requests.
struct PolicyReplayRequest: Sendable {
    /// Nil reproduces what was recorded.
    var candidate: [PolicySource]?
    var range: ClosedRange<UInt64>
    var bounds: ReplayBounds
}

/// Asks for another policy in force.
struct PolicyChangeRequest: Sendable {
    enum Kind: Sendable {
        case files([PolicySource], signatures: [[UInt8]?])
        /// Back to a policy that was in force.
        case digest(String)
        case approve(String)
        case breakGlass(minutes: Int)
        case endBreakGlass
    }

    let kind: Kind
    let reason: String?
}

/// Reads the bodies of the policy's routes; each fault says where it is.
enum PolicyRequests {
    static func sources(_ body: ByteBuffer?) throws(Problem) -> [PolicySource] {
        try files(try object(body, known: ["files"]), named: "files").sources
    }

    static func explain(_ body: ByteBuffer?) throws(Problem) -> PolicyExplainRequest {
        let value = try object(body, known: ["as", "do", "now", "seq"])
        if let sequence = value["seq"] {
            guard value["as"] == nil, value["do"] == nil, value["now"] == nil else {
                throw .malformed("$.seq stands alone, without as, do and now")
            }
            return .record(try self.sequence(sequence, "seq"))
        }
        guard let asking = try question(value["as"], "as"),
            let doing = try question(value["do"], "do")
        else { throw .malformed("$: expected as and do, or seq") }
        return .question(asking: asking, doing: doing, now: try text(value, "now"))
    }

    static func replay(_ body: ByteBuffer?) throws(Problem) -> PolicyReplayRequest {
        let value = try object(
            body,
            known: [
                "files", "from", "to", "maxNewlyDenied", "maxNewlyAllowed", "forbidNewlyAllowed",
            ])
        let candidate = value["files"] == nil ? nil : try files(value, named: "files").sources
        let from = try value["from"].map { value throws(Problem) in try sequence(value, "from") }
        let to = try value["to"].map { value throws(Problem) in try sequence(value, "to") }
        guard from ?? 1 <= to ?? .max else { throw .malformed("$.from is behind $.to") }
        var bounds = ReplayBounds()
        bounds.newlyDeniedMax = try number(value, "maxNewlyDenied")
        bounds.newlyAllowedMax = try number(value, "maxNewlyAllowed")
        if let patterns = value["forbidNewlyAllowed"] {
            guard case .array(let elements) = patterns else {
                throw .malformed("$.forbidNewlyAllowed: expected a list of texts")
            }
            bounds.forbiddenActions = elements.compactMap(\.string)
        }
        return PolicyReplayRequest(
            candidate: candidate, range: (from ?? 1)...(to ?? .max), bounds: bounds)
    }

    static func change(_ body: ByteBuffer?) throws(Problem) -> PolicyChangeRequest {
        let kinds = ["files", "digest", "approve", "breakGlass"]
        let value = try object(body, known: kinds + ["reason"])
        guard kinds.filter({ value[$0] != nil }).count == 1 else {
            throw .malformed("$: expected exactly one of \(kinds.joined(separator: ", "))")
        }
        let reason = try text(value, "reason")
        let kind: PolicyChangeRequest.Kind
        if value["files"] != nil {
            let read = try files(value, named: "files")
            kind = .files(read.sources, signatures: read.signatures)
        } else if let digest = try text(value, "digest") {
            kind = .digest(digest)
        } else if let digest = try text(value, "approve") {
            kind = .approve(digest)
        } else if let minutes = value["breakGlass"]?["minutes"]?.integer {
            kind = .breakGlass(minutes: Int(clamping: minutes))
        } else if value["breakGlass"]?.string == "end" {
            kind = .endBreakGlass
        } else {
            throw .malformed("$.breakGlass: expected {\"minutes\": N} or \"end\"")
        }
        return PolicyChangeRequest(kind: kind, reason: reason)
    }

    private static func object(
        _ body: ByteBuffer?, known: [String]
    ) throws(Problem) -> JSONValue {
        let value = try jsonBody(body)
        guard case .object(let members) = value else {
            throw .malformed("body: expected an object, got \(value.kind)")
        }
        for member in members where !known.contains(member.name) {
            throw .malformed(
                "$.\(member.name.prefix(40)): unknown member; known are "
                    + known.joined(separator: ", "))
        }
        return value
    }

    private static func files(
        _ value: JSONValue, named name: String
    ) throws(Problem) -> (sources: [PolicySource], signatures: [[UInt8]?]) {
        guard case .array(let files) = value[name], !files.isEmpty else {
            throw .malformed("$.\(name): expected a list of {name, text}")
        }
        var sources: [PolicySource] = []
        var signatures: [[UInt8]?] = []
        for (index, file) in files.enumerated() {
            guard let name = file["name"]?.string, let text = file["text"]?.string,
                !name.isEmpty, name.utf8.count <= 255
            else { throw .malformed("$.files[\(index)]: expected {name, text}") }
            sources.append(PolicySource(name: name, text: text))
            signatures.append(file["signature"]?.string.map { Array($0.utf8) })
        }
        return (sources, signatures)
    }

    private static func text(_ value: JSONValue, _ name: String) throws(Problem) -> String? {
        guard let member = value[name] else { return nil }
        guard let text = member.string, text.utf8.count <= 2_000 else {
            throw .malformed("$.\(name): expected a text of at most 2000 bytes")
        }
        return text
    }

    private static func number(_ value: JSONValue, _ name: String) throws(Problem) -> Int? {
        guard let member = value[name] else { return nil }
        guard let number = member.integer, number >= 0 else {
            throw .malformed("$.\(name): expected a number that is not negative")
        }
        return Int(number)
    }

    private static func sequence(_ value: JSONValue, _ name: String) throws(Problem) -> UInt64 {
        guard let number = value.integer, number >= 1 else {
            throw .malformed("$.\(name): expected a record's sequence, from 1")
        }
        return UInt64(number)
    }

    /// A question's part: in its short form, or as the mapping of a test, given as JSON.
    private static func question(
        _ value: JSONValue?, _ name: String
    ) throws(Problem) -> String? {
        switch value {
        case nil: return nil
        case .string(let text)?: return text
        case .object?:
            var writer = JSONWriter()
            writer.value(value ?? .null)
            return String(decoding: writer.bytes, as: UTF8.self)
        case .null?, .bool?, .number?, .array?:
            throw .malformed("$.\(name): expected a text or an object")
        }
    }
}
