internal import Auth
internal import LDAP
internal import Time

/// A directory as one who vouches for people.
final class DirectoryProvider: PasswordProvider {
    let name: String
    let kind = ProviderKind.ldap
    let authority: String
    let confirmSeconds: Int
    let pace = RefusalPace()

    private let desk: DirectoryDesk
    private let clocks: Clocks
    private let alarm: DirectoryAlarm

    init(_ desk: DirectoryDesk, clocks: Clocks, alarm: DirectoryAlarm) {
        let settings = desk.settings
        name = settings.name
        authority = settings.authority
        confirmSeconds = Int(clamping: settings.refreshSeconds)
        self.desk = desk
        self.clocks = clocks
        self.alarm = alarm
    }

    func signOn(user: String, password: RawToken) async throws(ProviderFault) -> VouchedPerson {
        guard UserText.isAcceptable(user) else {
            throw Self.refused(.badUserName, "no name of anybody")
        }
        guard (1...DirectoryLimits.passwordBytesMax).contains(password.bytes.count) else {
            throw Self.refused(.emptyPassword, "a password of 1 to 1024 bytes is needed")
        }
        return try await person(.signOn(user: user), password.bytes)
    }

    func confirm(
        _ person: String, _ handle: ProviderHandle, session: String
    ) async throws(ProviderFault) -> VouchedPerson {
        guard desk.settings.plan.canConfirm else {
            // Their session ends by itself, as it was said when it began.
            throw .unavailable(reason: "\(name) has no service account that could ask")
        }
        return try await self.person(
            .confirm(name: person, entry: handle.subject, id: handle.session), nil)
    }

    private func person(
        _ question: DirectoryQuestion, _ password: [UInt8]?
    ) async throws(ProviderFault) -> VouchedPerson {
        let answer = await desk.ask(question, password: password)
        alarm.look(answer, desk.counts)
        switch answer {
        case .person(let person): return vouched(person)
        case .refused(let code, let reason): throw Self.refused(code, reason)
        case .fault(let reason): throw .unavailable(reason: reason)
        case .there: throw .unavailable(reason: "the directory answered another question")
        }
    }

    /// Groups have their short names for `group`, and their distinguished names in two spellings for `ldap_group`: the directory's own,
    /// and all in small letters, so that a rule that forbids holds in both.
    func vouched(_ person: DirectoryPerson) -> VouchedPerson {
        var vouched = VouchedPerson(
            name: person.name,
            handle: ProviderHandle(subject: person.entry, session: person.id))
        for group in person.groups {
            let spelled = DistinguishedName(group)?.description ?? group
            let folded = spelled.lowercased()
            vouched.groups.append(GroupName.of(group))
            vouched.ldapGroups.append(spelled)
            if folded != spelled { vouched.ldapGroups.append(folded) }
        }
        if !desk.settings.plan.canConfirm {
            vouched.endsNanoseconds = Span.after(
                clocks.wall(), desk.settings.refreshSeconds * 1_000_000_000)
        }
        return vouched
    }

    private static func refused(_ code: DirectoryRefusal, _ reason: String) -> ProviderFault {
        .refused(code: code.rawValue, reason: reason)
    }
}
