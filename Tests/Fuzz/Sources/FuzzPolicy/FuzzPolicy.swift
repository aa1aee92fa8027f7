import Policy

/// Loads the bytes as a policy file; what loads must also decide, check and lint without trapping.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPolicy(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let source = PolicySource(name: "fuzz.yaml", bytes: bytes)
    do throws(PolicyErrors) {
        let policy = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
        decide(policy)
        _ = PolicyTestRunner().run(policy)
        _ = PolicyCheck.run(files: [source])
    } catch {
        // A refused file must say where and why.
        for error in error.errors where error.line < 1 || error.column < 1 || error.message.isEmpty
        {
            fatalError("an error without a place or message: \(error)")
        }
    }
    return 0
}

private func decide(_ policy: CompiledPolicy) {
    let template = IdentityTemplate.consul
    guard let id = try? SPIFFEID(parsing: "spiffe://maxine.local/ns/default/dc/dc1/svc/web") else {
        return
    }
    let workload = Principal(
        kind: .service, id: "web", authentication: .mtls, spiffeID: id,
        service: template.serviceIdentity(of: id))
    let person = Principal(kind: .user, id: "alice", authentication: .session)
    for principal in [workload, person, .anonymous] {
        let subject = policy.subject(for: principal)
        for action in Action.allCases {
            for service in [nil, "api", ""] {
                let operation = Operation(action: action, resource: Resource(service: service))
                _ = policy.decide(subject, operation, Context(nowNanoseconds: 0)).isAllowed
            }
        }
    }
}
