internal import Audit
internal import Auth
internal import Logging
internal import Policy

/// Somebody without a credential who signs on: where they come from is a person's own as soon as it is known who they are.
///
/// So it stands in no record in clear before that: in the first it is sealed by the key of whom they claim to be, or else of all visitors. In the
/// outcome it is sealed by whom they proved to be or claimed, and in clear where that is nobody whom the log knows: a stranger, and evidence.
struct Visitor {
    /// As whom the first record has them.
    let asker: Asker
    private let clear: Asker
    private let claimed: Person?
    private let services: Services
    private let isVisitor: Bool

    init(_ asker: Asker, _ call: any SlowCall, _ services: Services) {
        clear = asker
        self.services = services
        isVisitor =
            asker.standing.subject.principal.kind == .anonymous && call.action == .sessionCreate
        guard isVisitor else {
            self.asker = asker
            claimed = nil
            return
        }
        claimed = call.claimed(in: services)
        self.asker = asker.hidden(by: claimed ?? services.people.visitors)
    }

    /// Has the outcome's record say who it was.
    func tell(_ settled: Settled, to run: SlowRun) -> Settled {
        guard isVisitor, case .performed(let performed) = settled else { return settled }
        let opened = performed.report.status < 400 ? run.job.call.resource.id : nil
        let person = opened.flatMap { services.sessions.holder(of: $0) }
            .flatMap { services.people.person(behind: $0) }
        let known = (person ?? claimed).map { clear.hidden(by: $0) } ?? clear
        run.recorded?.asker.identity = known.standing.identity
        return settled
    }
}

extension Asker {
    fileprivate func hidden(by person: Person?) -> Asker {
        let seal = person.map { RecordSeal.person($0, hidesID: false) } ?? .withheld
        return Asker(standing: standing.hidden(seal), address: address, request: request)
    }
}

extension RecordedPeople {
    /// Whose key hides those of whom it is not known yet who they are; nil where it can't be kept.
    var visitors: Person? {
        do {
            return try persons.visitors()
        } catch {
            logger.error("\(error)")
            return nil
        }
    }
}
