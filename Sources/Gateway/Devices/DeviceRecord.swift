internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON

/// What records say of programs that are signed on by a code.
enum DeviceRecord {
    /// Whether somebody confirmed, what calls itself how, and where it is; all but the answer sealed by the person who gave it.
    static func decision(
        _ isApproved: Bool, of request: DeviceRequest, by person: Person?
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"device\":{\"decision\":")
        writer.string(isApproved ? "approve" : "deny")
        write("name", request.wish.name, person, to: &writer)
        write("ip", request.address.map { "\($0)" } ?? "", person, to: &writer)
        writer.raw("}}")
        return writer.bytes
    }

    /// Whose session a program got.
    static func redeemed(
        _ session: Session, by holder: NamedPerson, _ request: DeviceRequest
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"holder\":")
        holder.write(to: &writer)
        writer.raw(",\"method\":")
        writer.string(session.proof.method.rawValue)
        if let provider = session.proof.provider {
            writer.raw(",\"provider\":")
            writer.string(provider)
        }
        writer.raw(",\"device\":")
        writer.string(request.wish.id)
        writer.raw("}")
        return writer.bytes
    }

    private static func write(
        _ name: String, _ text: String, _ person: Person?, to writer: inout JSONWriter
    ) {
        writer.raw(",\"\(name)\":".utf8)
        if let person {
            writer.raw(SealedText(text, for: "detail.device.\(name)", by: person).encoded)
        } else {
            writer.string(text)
        }
    }
}

/// A principal as the detail of a record names it: sealed where it is a person.
enum NamedPerson: Sendable {
    case sealed(SealedText)
    case plain(String)

    func write(to writer: inout JSONWriter) {
        switch self {
        case .sealed(let text): writer.raw(text.encoded)
        case .plain(let text): writer.string(text)
        }
    }
}

extension RecordedPeople {
    /// Who a record's detail is about.
    ///
    /// - Throws: `AuthError` where somebody new can't be kept.
    func named(_ principal: Principal, for member: String) throws(AuthError) -> NamedPerson {
        guard let person = try persons.person(behind: principal) else {
            return .plain(principal.id)
        }
        return .sealed(SealedText(principal.id, for: member, by: person))
    }

    /// The person behind a principal who is known; nil for who is none.
    func person(behind principal: Principal) -> Person? {
        try? persons.person(behind: principal)
    }
}
