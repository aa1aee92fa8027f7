internal import Policy

/// Reads the configuration: the YAML file first, then `MAXINE_*` variables over it.
public enum ConfigurationFile {
    /// Parses and merges.
    ///
    /// - Parameters:
    ///   - yaml: The file's text and the name to show in errors; nil for no file.
    ///   - environment: All variables; those that are not `MAXINE_*` are passed over.
    /// - Returns: The configuration and the warnings to show at start.
    /// - Throws: ``ConfigurationErrors`` with every fault, each with its place.
    public static func load(
        yaml: (name: String, text: String)?, environment: [String: String]
    ) throws(ConfigurationErrors) -> (configuration: GatewayConfiguration, warnings: [String]) {
        var reader = ConfigurationReader()
        if let yaml { reader.read(file: yaml.name, text: yaml.text) }
        reader.read(environment: environment)
        reader.checkRelations()
        guard reader.faults.isEmpty else { throw ConfigurationErrors(faults: reader.faults) }
        return (reader.configuration, reader.warnings)
    }
}

/// All faults of a configuration, each as `file:line:column: message` or `VARIABLE: message`.
public struct ConfigurationErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line a fault, in the order of the file.
    public let faults: [String]

    /// The faults, a line each.
    public var description: String { faults.joined(separator: "\n") }
}

/// Variables that belong to the client commands, not to the gateway.
private let clientVariables: Set<String> = [
    "MAXINE_ADDR", "MAXINE_CERT", "MAXINE_KEY", "MAXINE_CACERT", "MAXINE_TOKEN", "MAXINE_CONFIG",
]

/// Listeners of CONTRACT that later versions serve: named, so that a shared file can hold them.
private let unservedListeners: Set<String> = ["listen.dns"]

struct ConfigurationReader {
    var configuration = GatewayConfiguration()
    var faults: [String] = []
    var warnings: [String] = []
    /// Where each key was set, for what is wrong with several keys together.
    private var places: [String: String] = [:]
    private let keys = Dictionary(
        uniqueKeysWithValues: ConfigurationKey.all.map { ($0.name, $0) })

    mutating func read(file: String, text: String) {
        var diagnostics = Diagnostics()
        diagnostics.file = file
        let root = DocumentReader.read(
            PolicySource(name: file, text: text), into: &diagnostics)
        faults += diagnostics.errors.map(\.description)
        guard let root else { return }
        guard case .mapping(let members) = root.content else {
            faults.append("\(file):1:1: expected a mapping of keys, got \(root.kind)")
            return
        }
        read(members, prefix: "", file: file)
    }

    private mutating func read(_ members: [DocumentMember], prefix: String, file: String) {
        for member in members {
            let place = "\(file):\(member.mark.line):\(member.mark.column)"
            read(member.value, name: prefix + member.key, place: place, file: file)
        }
    }

    private mutating func read(
        _ value: DocumentNode, name: String, place: String, file: String
    ) {
        if let key = keys[name] {
            apply(key, to: ConfigurationValue(value), place: place)
        } else if unservedListeners.contains(name) {
            warnings.append("\(place): \(name) is set, but this version serves nothing there")
        } else if name == "federation" {
            var reader = FederationReader(file: file)
            reader.read(value, place: place)
            configuration.federation = reader.settings
            faults += reader.faults
        } else if name == "auth" {
            readSignOn(value, place: place, file: file)
        } else if case .mapping(let members) = value.content, isSection(name) {
            read(members, prefix: name + ".", file: file)
        } else {
            let hint = Suggestion.hint(for: name, among: keys.keys.sorted())
            faults.append("\(place): unknown key \(quote(name))" + (hint.map { ", \($0)" } ?? ""))
        }
    }

    /// Tokens of issuers; sign-on methods come later, and one that is configured must not be passed over in silence.
    private mutating func readSignOn(_ value: DocumentNode, place: String, file: String) {
        guard case .mapping(let methods) = value.content else {
            faults.append("\(place): auth must be a mapping")
            return
        }
        for method in methods {
            if method.key == "jwt" {
                readIssuers(method.value, file: file)
            } else if ConfigurationValue(method.value).list != [] {
                let mark = "\(file):\(method.mark.line):\(method.mark.column)"
                faults.append(
                    "\(mark): auth.\(method.key) is not supported by this version; remove it")
            }
        }
    }

    mutating func read(environment: [String: String]) {
        let variables = Dictionary(
            uniqueKeysWithValues: ConfigurationKey.all.map { ($0.variable, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("MAXINE_") && !clientVariables.contains(name) {
            guard let key = variables[name] else {
                let hint = Suggestion.hint(for: name, among: variables.keys.sorted())
                faults.append("\(name): unknown variable" + (hint.map { ", \($0)" } ?? ""))
                continue
            }
            apply(key, to: ConfigurationValue(variable: text), place: name)
        }
    }

    mutating func checkRelations() {
        if configuration.identity.svidTTLSeconds > configuration.identity.svidTTLSecondsMax {
            fault(
                "identity.svid_ttl must not be above identity.svid_ttl_max",
                of: ["identity.svid_ttl", "identity.svid_ttl_max"])
        }
        checkLives()
        if configuration.audit.fillBytes > configuration.audit.segmentBytes {
            faults.append("audit.fill_bytes must not be above audit.segment_bytes")
        }
    }

    /// An issuer must live six times as long as what it issues, or rotation would cut lives short.
    private mutating func checkLives() {
        let identity = configuration.identity
        for (child, childSeconds, issuer, issuerSeconds) in [
            (
                "identity.svid_ttl_max", identity.svidTTLSecondsMax, "identity.ca_ttl",
                identity.authorityTTLSeconds
            ),
            (
                "identity.server_ttl", identity.serverTTLSeconds, "identity.ca_ttl",
                identity.authorityTTLSeconds
            ),
            (
                "identity.ca_ttl", identity.authorityTTLSeconds, "identity.root_ttl",
                identity.rootTTLSeconds
            ),
            (
                "identity.jwt_ttl_max", identity.tokenTTLSecondsMax, "identity.jwt_key_ttl",
                identity.tokenKeyTTLSeconds
            ),
        ] where childSeconds * 6 > issuerSeconds {
            fault(
                "\(issuer) (\(issuerSeconds)s) must be at least six times \(child) (\(childSeconds)s)",
                of: [issuer, child])
        }
        if (identity.openBaoAddress == nil) != (identity.openBaoTokenFile == nil) {
            fault(
                "identity.openbao_address and identity.openbao_token_file are set together or not at all",
                of: ["identity.openbao_address", "identity.openbao_token_file"])
        }
        if configuration.federation.contains(where: { $0.trustDomain == configuration.trustDomain })
        {
            faults.append("federation names the gateway's own trust domain")
        }
    }

    private mutating func fault(_ message: String, of names: [String]) {
        let place = names.compactMap { places[$0] }.first
        faults.append((place.map { $0 + ": " } ?? "") + message)
    }

    private mutating func apply(
        _ key: ConfigurationKey, to value: ConfigurationValue, place: String
    ) {
        if key.apply(&configuration, value) {
            places[key.name] = place
            return
        }
        let got = value.text.map { ", got \(quote($0))" } ?? ""
        faults.append("\(place): \(key.name) must be \(key.form)\(got)")
    }

    private func isSection(_ name: String) -> Bool {
        keys.keys.contains { $0.hasPrefix(name + ".") }
    }
}

/// Quotes outside text for a message: control characters escaped, cut at 60 characters.
func quote(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: false) }.joined()
    return "\"\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")\""
}
