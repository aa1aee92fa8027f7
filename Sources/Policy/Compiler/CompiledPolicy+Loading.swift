extension CompiledPolicy {
    /// The trust domain of an installation that doesn't choose one.
    public static let defaultTrustDomain = "maxine.local"

    /// Compiles a policy from its files' bytes; what they declare is put together.
    ///
    /// - Parameters:
    ///   - files: The policy's files.
    ///   - trustDomain: The installation's own; stands for `{trust_domain}` in the files.
    /// - Returns: The policy.
    /// - Throws: `PolicyErrors` with everything that is wrong in any of the files.
    public static func load(
        files: [PolicySource], trustDomain: String
    ) throws(PolicyErrors) -> CompiledPolicy {
        var reader = PolicyReader(trustDomain: trustDomain)
        let firstName = files.first?.name ?? "policy"
        reader.diagnostics.file = firstName
        if !SPIFFEID.isTrustDomain(trustDomain) {
            reader.report(
                .invalidValue, .start,
                "\(quoted(trustDomain)) can't be the trust domain's name")
        }
        if files.isEmpty {
            reader.report(.unreadable, .start, "there is no policy file")
        }
        if files.count > PolicyLimits.filesMax {
            reader.report(
                .limit, .start,
                "\(files.count) policy files, at most \(PolicyLimits.filesMax) are allowed")
        } else {
            for file in files { reader.read(file) }
        }
        var linker = PolicyLinker(
            declarations: reader.declarations, diagnostics: reader.diagnostics)
        linker.check()
        if let failure = linker.diagnostics.failure(fileOrder: files.map(\.name)) { throw failure }
        return CompiledPolicy(reader.declarations, trustDomain: trustDomain)
    }

    /// Compiles a policy from a file, or from all `*.yaml` directly in a folder.
    ///
    /// - Throws: `PolicyErrors` with everything that is wrong, files that can't be read included.
    public static func load(
        path: String, trustDomain: String
    ) throws(PolicyErrors) -> CompiledPolicy {
        try load(files: PolicyFolder.sources(path: path), trustDomain: trustDomain)
    }
}
