import Audit
import Gateway
import Policy
import Registry

/// Says how many live instances a service has; the sample of an operation that acts at once.
struct CountInstances: FastOperation {
    struct Success: Sendable {
        let count: Int
        /// What was asked.
        let registry: Registry
    }

    let service: String

    init(_ service: String) {
        self.service = service
    }

    static var action: Action { .serviceRead }
    var resource: Resource { Resource(service: service) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let registry = effects.services.registry
        return
            switch registry.instances(
                of: service, namespace: "default", filter: InstanceFilter(), permit: permit,
                receipt: receipt, elapsedNanoseconds: effects.elapsedNanoseconds)
        {
        case .listed(let page, _):
            .success(Success(count: page.entries.count, registry: registry))
        case .refused(let mismatch): .failure(.internalError("\(mismatch)"))
        }
    }

    static func encode(_ asked: CountInstances, _ found: Success) -> Answer {
        var answer = Answer(status: 200, body: Array("\(found.count)\n".utf8))
        answer.contentType = "text/plain; charset=utf-8"
        return answer
    }
}
