public import Audit
public import Policy
import Proofs

/// A request for an operator's certificate, whose sender has shown that it holds the key.
public struct OperatorRequest: Sendable {
    /// What the operator is called.
    public let name: String
    /// What is asked.
    public let csr: ParsedCSR
    /// How long it is to last; nil for as long as operators' certificates last.
    public let ttlSeconds: Int?

    /// - Throws: `PKIError.notIssued` where the request is not for an operator.
    public init(_ csr: ParsedCSR, ttlSeconds: Int? = nil) throws(PKIError) {
        let segments = csr.spiffeID.pathSegments
        guard segments.count == 2, segments.first == "operator", let last = segments.last else {
            throw .notIssued(
                "\(csr.spiffeID) does not name an operator; its form is"
                    + " spiffe://{trust_domain}/operator/{name}")
        }
        name = String(last)
        self.csr = csr
        self.ttlSeconds = ttlSeconds
    }

    /// The SPIFFE ID of an operator.
    ///
    /// - Throws: `PKIError.notIssued` for a name that no operator can have.
    public static func id(
        of name: String, in trustDomain: String
    ) throws(PKIError) -> SPIFFEID {
        try TrustDomainNames.operatorID(name, trustDomain: trustDomain)
    }

    /// What policy and log call it.
    public var resource: Resource { Resource(namespace: "*", id: "operator/" + name) }
}

extension TrustDomainStore {
    /// Makes an operator identity when the receipt is of the record that says so, and writes its files.
    ///
    /// - Throws: `PKIError.unproven`; otherwise as ``writeOperatorIdentity(name:nowNanoseconds:)``.
    public func writeOperatorIdentity(
        name: String, receipt: consuming Receipt, boundTo number: UInt64, nowNanoseconds now: Int64
    ) throws(PKIError) -> [CreatedFile] {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        return try writeOperatorIdentity(name: name, nowNanoseconds: now)
    }

    /// Takes permit and receipt for an operator's certificate.
    ///
    /// - Throws: `PKIError.unproven`.
    public func clearOperator(
        _ request: OperatorRequest, permit: consuming Permit, receipt: consuming Receipt
    ) throws(PKIError) -> Cleared<OperatorRequest> {
        let resource = request.resource
        let wanted = WantedOperation(
            .identityIssue, namespace: resource.namespace, id: resource.id)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
        return Cleared(request)
    }

    /// The same for whoever may do as the gateway does: the receipt is of the record that says so.
    ///
    /// - Throws: `PKIError.unproven`.
    public func clearOperator(
        _ request: OperatorRequest, receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) -> Cleared<OperatorRequest> {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        return Cleared(request)
    }

    /// Issues an operator's certificate; whoever hands it out has it recorded before.
    ///
    /// May wait for a key that is kept outside.
    ///
    /// - Throws: `PKIError.keyAway`, `.notIssued`, `.authorityEnding`, `.signingFailed`, `.unproven`.
    public func issueOperator(
        _ cleared: Cleared<OperatorRequest>, nowNanoseconds now: Int64
    ) throws(PKIError) -> IssuedSVID {
        try sign(cleared.take(), now)
    }

    /// How long an operator's certificate lasts: cut short by the authority's end, since somebody must be able to get in and replace that.
    func operatorSeconds(at now: Int64) -> Int {
        let left = Int(clamping: authority.secondsLeft(at: now))
        return min(configuration.operatorSeconds, max(left, PKILimits.ttlSecondsMin))
    }

    private func sign(_ request: OperatorRequest, _ now: Int64) throws(PKIError) -> IssuedSVID {
        let id = try OperatorRequest.id(of: request.name, in: configuration.trustDomain)
        guard request.csr.spiffeID == id else {
            throw .notIssued("the request asks for \(request.csr.spiffeID), not for \(id)")
        }
        return try authority.sign(
            subjectPublicKeyInfo: request.csr.subjectPublicKeyInfo, id: id, names: [],
            ttlSeconds: request.ttlSeconds ?? operatorSeconds(at: now),
            ttlSecondsMax: configuration.operatorSeconds, nowNanoseconds: now)
    }
}
