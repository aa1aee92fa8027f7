internal import Auth
internal import NIOCore
internal import Policy
internal import StrictJSON
internal import Text

/// Reads `{target: {KIND: NAME}, reason, ttlSeconds?}`; each fault says where it is.
struct LockBody {
    private let value: JSONValue

    init(_ body: ByteBuffer?) throws(Problem) {
        value = try jsonBody(body)
        try value.check("$", members: ["target", "reason", "ttlSeconds"])
    }

    func plan() throws(Problem) -> LockPlan {
        LockPlan(try target(), reason: try value.reasonText(), seconds: try seconds())
    }

    private func target() throws(Problem) -> LockTarget {
        guard case .object(let members)? = value["target"], members.count == 1,
            let member = members.first, let name = member.value.string
        else {
            throw .malformed(
                "$.target: expected an object with one of \(LockTarget.kinds.joined(separator: ", ")) and a name"
            )
        }
        guard LockTarget.kinds.contains(where: { $0.isExactly(member.name) }) else {
            throw .malformed(
                "$.target.\(Quotation.cut(member.name)): no kind of target; known are"
                    + " \(LockTarget.kinds.joined(separator: ", "))")
        }
        if member.name.isExactly("key"), !APIKeyText.isID(name) {
            // What is no id is not quoted: it may be a whole key.
            throw .impossible(
                "$.target.key: an API key's id is the \(APIKeyText.idCount) letters and digits behind mxk_"
            )
        }
        guard let target = LockTarget(kind: member.name, name: name) else {
            throw .impossible("$.target: \(quote(name)) can't be the name of a \(member.name)")
        }
        return target
    }

    private func seconds() throws(Problem) -> Int? {
        guard let member = value["ttlSeconds"], member != .null else { return nil }
        guard case .number(let written) = member, let number = written.whole else {
            throw .malformed("$.ttlSeconds: expected a whole number, got \(member.kind)")
        }
        guard (1...Int64(AuthLimits.lockSecondsMax)).contains(number) else {
            throw .impossible(
                "$.ttlSeconds: \(number) is not within 1 to \(AuthLimits.lockSecondsMax)")
        }
        return Int(number)
    }
}

extension JSONValue {
    /// Reads the member that says why something is done.
    func reasonText() throws(Problem) -> String {
        guard let reason = self["reason"]?.string else {
            throw .malformed("$.reason: expected a string that says why")
        }
        guard (1...AuthLimits.lockReasonBytesMax).contains(reason.utf8.count),
            Quotation.escaped(reason) == reason
        else {
            throw .impossible(
                "$.reason: expected 1 to \(AuthLimits.lockReasonBytesMax) bytes without control characters"
            )
        }
        return reason
    }

    /// Checks that it is an object with no members but these.
    func check(_ place: String, members known: [String]) throws(Problem) {
        guard case .object(let members) = self else {
            throw .malformed("\(place == "$" ? "body" : place): expected an object, got \(kind)")
        }
        for member in members where !known.contains(where: { $0.isExactly(member.name) }) {
            throw .malformed(
                "\(place).\(Quotation.cut(member.name)): unknown member;"
                    + " known are \(known.joined(separator: ", "))")
        }
    }
}
