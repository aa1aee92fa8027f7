internal import Audit
internal import Policy
internal import StrictJSON

/// The members of records that hold what identifies a person.
private enum Member {
    static let lockName = "detail.lock.name"
    static let lockReason = "detail.lock.reason"
    static let rolesUser = "detail.roles.user"
}

extension LockPlan {
    /// The detail of the record that begins the lock; a user, and why they are locked, stand there sealed.
    ///
    /// What the user is caught by once their key is erased is kept beside it, see ``PersonVault``.
    ///
    /// - Throws: ``AuthError/store(_:)`` where no key for the user can be kept.
    public func detail(_ persons: PersonVault) throws(AuthError) -> [UInt8] {
        var person: Person?
        if case .user(let name) = target {
            person = try persons.person(behind: .user(name))
            try persons.keep(LockedName(name), of: id)
        }
        var writer = JSONWriter()
        writer.raw("{\"lock\":{\"kind\":")
        writer.string(target.kind)
        writer.raw(",\"name\":")
        writer.text(target.name, Member.lockName, person)
        writer.raw(",\"reason\":")
        writer.text(reason, Member.lockReason, person)
        if let seconds {
            writer.raw(",\"ttl_seconds\":")
            writer.integer(seconds)
        }
        writer.raw("}}")
        return writer.bytes
    }
}

extension UserRoles {
    /// The detail of the record that gives the roles; the user stands there sealed.
    ///
    /// - Throws: ``AuthError/store(_:)`` where no key for the user can be kept.
    public func detail(_ persons: PersonVault) throws(AuthError) -> [UInt8] {
        let person = try persons.person(behind: .user(user))
        var writer = JSONWriter()
        writer.raw("{\"roles\":{\"user\":")
        writer.text(user, Member.rolesUser, person)
        writer.raw(",\"given\":")
        writer.strings(roles)
        writer.raw("}}")
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes a text, sealed where it identifies a person.
    fileprivate mutating func text(_ text: String, _ member: String, _ person: Person?) {
        guard let person else { return string(text) }
        raw(SealedText(text, for: member, by: person).encoded)
    }
}

extension Principal {
    fileprivate static func user(_ name: String) -> Principal {
        Principal(kind: .user, id: name, authentication: .none)
    }
}

extension AccessLedger {
    /// The detail of the record that takes a lock away; its id is the record's resource.
    public static let unlockDetail = Array("{\"unlock\":true}".utf8)

    /// What an intent of the log begins; nil for all other records, and where it is somebody's who was erased.
    func step(_ record: ReplayedRecord) -> AccessReplay.Step? {
        let action = record.action
        guard action == Action.lockWrite.name || action == Action.roleAssign.name,
            let detail = record.detail.flatMap({ try? StrictJSON.parse($0) })
        else { return nil }
        guard action == Action.lockWrite.name else {
            return text(detail["roles"]?["user"], Member.rolesUser).map {
                .give(UserRoles(user: $0, roles: Self.texts(detail["roles"]?["given"])))
            }
        }
        guard let id = record.resource?.id else { return nil }
        guard let lock = detail["lock"], let kind = lock["kind"]?.string else {
            return detail["unlock"] == .bool(true) ? .unlock(id) : nil
        }
        let made = record.nowNanoseconds ?? 0
        let name = text(lock["name"], Member.lockName)
        return .lock(
            Lock(
                id: id, kind: kind, target: name.flatMap { LockTarget(kind: kind, name: $0) },
                reason: text(lock["reason"], Member.lockReason), sequence: record.sequence,
                madeNanoseconds: made,
                endsNanoseconds: lock["ttl_seconds"]?.integer.map {
                    Self.end(after: Int(clamping: $0), from: made)
                }))
    }

    private func text(_ value: JSONValue?, _ member: String) -> String? {
        if let text = value?.string { return text }
        return SealedText(value).flatMap {
            persons.open($0.sealed, of: $0.pseudonym, for: member)
        }
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        guard case .array(let elements)? = value else { return [] }
        return elements.compactMap(\.string)
    }
}
