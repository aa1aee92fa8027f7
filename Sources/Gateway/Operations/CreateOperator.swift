internal import Audit
internal import Auth
internal import PKI
internal import Policy
internal import StrictJSON
internal import Text
internal import Time

/// Issues an operator's certificate to whoever may hand out every identity, and has all roles that it brings.
struct CreateOperator: AskerOperation {
    typealias Success = IssuedSVID

    let request: OperatorRequest

    static var action: Action { .identityIssue }
    static var isChange: Bool { true }
    /// No service: so a rule must allow it for all.
    var resource: Resource { request.resource }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(request.csr.spiffeID.description)
        writer.raw(",\"key\":")
        writer.string(request.csr.publicKeyDigest)
        writer.raw("}")
        return writer.bytes
    }

    /// The rest stands in the record of the certificate.
    func report(of issued: IssuedSVID) -> OutcomeReport {
        var writer = JSONWriter()
        writer.raw("{\"serial\":")
        writer.string(issued.serial)
        writer.raw("}")
        return OutcomeReport(detail: writer.bytes)
    }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        let active = asker.standing.active
        let made = Principal(
            kind: .operator, id: request.csr.spiffeID.description, authentication: .mtls,
            spiffeID: request.csr.spiffeID)
        let beyond = active.policy.roleSources(of: made, under: active.overlay).first {
            active.policy.giving($0.role, by: asker.standing.subject) != .allowed
        }
        return beyond.map { .operatorBeyondOwn(request.name, role: $0.role) }
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        // What they had may be less by now.
        if let fault = fault(for: asker, in: services) { return .failure(fault) }
        do {
            return .success(
                try await services.operators.issue(
                    request, permit: permit, receipt: receipt,
                    nowNanoseconds: services.clocks.wall()))
        } catch let error as PKIError {
            return .failure(Problem(error))
        } catch let error as AuditError {
            return .failure(.unrecorded(error))
        } catch {
            return .failure(.internalError("an operator's certificate could not be made"))
        }
    }
}

extension Problem {
    fileprivate static func operatorBeyondOwn(_ name: String, role: String) -> Problem {
        Problem(
            status: 403, code: "beyond-own", title: "more than one's own",
            detail: "operator \(quote(name)) would have the role \(quote(role)), which is not yours"
                + " to give: nobody makes an operator who may more than they do")
    }
}
