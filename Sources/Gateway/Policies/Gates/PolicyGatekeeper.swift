internal import NIOPosix
internal import Policy

/// Judges whether a proposed policy may come into force: compiles it, runs lint and tests, checks signatures, replays the past.
struct PolicyGatekeeper: Sendable {
    let files: PolicySourceFiles
    let gates: GatewayConfiguration.PolicyGates
    let replay: PolicyReplay

    /// Why a proposal may not come into force, a line each; the policy when it may.
    ///
    /// - Throws: `PolicyToolError.refused`.
    func admit(
        _ proposal: PolicyProposal, inForce digest: String, logSize: UInt64
    ) async throws(PolicyToolError) -> ArchivedPolicy {
        let gates = gates
        let files = files
        let replay = replay
        let result: Result<ArchivedPolicy, PolicyToolError>
        do {
            // Compiling and replaying can take seconds, so they keep no thread of the others busy.
            result = try await NIOThreadPool.singleton.runIfActive {
                Result { () throws(PolicyToolError) in
                    let admitted = try Self.checked(proposal, files, gates)
                    guard admitted.policy.digest != digest else { return admitted }
                    try Self.replayed(admitted.policy, replay, gates, logSize)
                    return admitted
                }
            }
        } catch {
            throw .refused(["the gateway is stopping"])
        }
        return try result.get()
    }

    /// What needs no log: also for the start.
    static func checked(
        _ proposal: PolicyProposal, _ files: PolicySourceFiles,
        _ gates: GatewayConfiguration.PolicyGates
    ) throws(PolicyToolError) -> ArchivedPolicy {
        let loaded: ArchivedPolicy
        do throws(PolicyFault) {
            loaded = try files.compile(proposal.sources)
        } catch {
            throw .refused(error.description.split(separator: "\n").map(String.init))
        }
        if gates.refusesWarnings {
            let warnings = PolicyCheck.run(
                files: proposal.sources, trustDomain: files.trustDomain
            ).findings.filter { $0.severity == .warning }
            if !warnings.isEmpty { throw .refused(warnings.map(\.description)) }
        }
        // What was in force once had its signature then; going back to it needs none.
        if let path = gates.allowedSignersPath, proposal.origin != .rollback {
            try checkSignatures(of: proposal, path)
        }
        return loaded
    }

    private static func checkSignatures(
        of proposal: PolicyProposal, _ path: String
    ) throws(PolicyToolError) {
        let signers = try AllowedSigners(path: path)
        for (index, source) in proposal.sources.enumerated() {
            let signature = index < proposal.signatures.count ? proposal.signatures[index] : nil
            guard let signature else {
                throw .refused([
                    "\(source.name) has no signature; make one with: ssh-keygen -Y sign -n "
                        + "\(AllowedSigners.namespace) -f KEY \(source.name)"
                ])
            }
            do throws(SSHSignatureError) {
                _ = try signers.signer(of: source.bytes, signature: signature)
            } catch {
                throw .refused(["\(source.name): \(error)"])
            }
        }
    }

    private static func replayed(
        _ policy: CompiledPolicy, _ replay: PolicyReplay, _ gates: GatewayConfiguration.PolicyGates,
        _ logSize: UInt64
    ) throws(PolicyToolError) {
        guard gates.replayRecords > 0, logSize > 0 else { return }
        let count = min(UInt64(gates.replayRecords), logSize)
        let report = try replay.run(candidate: policy, range: (logSize - count + 1)...logSize)
        var bounds = ReplayBounds()
        bounds.newlyDeniedMax = gates.newlyDeniedMax
        bounds.newlyAllowedMax = gates.newlyAllowedMax
        let broken = bounds.broken(by: report)
        if !broken.isEmpty { throw .refused(broken.map { "replay of \(count) records: \($0)" }) }
    }
}
