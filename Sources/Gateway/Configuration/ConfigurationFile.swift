internal import Auth
internal import Policy
internal import Text

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
    "MAXINE_SESSION",
]

/// Listeners of CONTRACT that later versions serve: named, so that a shared file can hold them.
private let unservedListeners: Set<String> = ["listen.dns"]

/// Sign-on methods of CONTRACT that later versions know.

struct ConfigurationReader {
    var configuration = GatewayConfiguration()
    var faults: [String] = []
    var warnings: [String] = []
    /// The keys that the file or the environment gave a value.
    private var given: Set<String> = []
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
        } else if name == "auth.jwt" {
            readIssuers(value, file: file)
        } else if name == "auth.ldap" {
            readDirectories(value, file: file)
        } else if name == "auth.oidc" {
            readOpenIDProviders(value, file: file)
        } else if name == "auth.saml" {
            readSAMLProviders(value, file: file)
        } else if case .mapping(let members) = value.content, isSection(name) {
            read(members, prefix: name + ".", file: file)
        } else {
            let hint = Suggestion.hint(for: name, among: keys.keys.sorted())
            faults.append("\(place): unknown key \(quote(name))" + (hint.map { ", \($0)" } ?? ""))
        }
    }

    mutating func read(environment: [String: String]) {
        let variables = Dictionary(
            uniqueKeysWithValues: ConfigurationKey.all.map { ($0.variable, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("MAXINE_") && !clientVariables.contains(name) && !text.isEmpty
            && !isServiceLink(name, text)
        {
            guard let key = variables[name] else {
                let hint = Suggestion.hint(for: name, among: variables.keys.sorted())
                faults.append("\(name): unknown variable" + (hint.map { ", \($0)" } ?? ""))
                continue
            }
            apply(key, to: ConfigurationValue(variable: text), place: name)
        }
    }

    /// What Kubernetes puts into the environment of every container beside a Service that is called `maxine`.
    private func isServiceLink(_ name: String, _ text: String) -> Bool {
        guard text.hasPrefix("tcp://") || text.hasPrefix("udp://") || text.hasPrefix("sctp://")
        else {
            return name == "MAXINE_SERVICE_HOST" || name.hasPrefix("MAXINE_SERVICE_PORT")
                || name.hasPrefix("MAXINE_PORT_")
        }
        return name == "MAXINE_PORT" || name.hasPrefix("MAXINE_PORT_")
    }

    mutating func checkRelations() {
        if configuration.identity.svidTTLSeconds > configuration.identity.svidTTLSecondsMax {
            faults.append("identity.svid_ttl must not be above identity.svid_ttl_max")
        }
        checkLives()
        if configuration.audit.fillBytes > configuration.audit.segmentBytes {
            faults.append("audit.fill_bytes must not be above audit.segment_bytes")
        }
        if (configuration.people.certificatePath == nil) != (configuration.people.keyPath == nil) {
            faults.append(
                "\(ConfigurationName.peopleCertificate) and \(ConfigurationName.peopleKey) go together"
            )
        }
        if configuration.sessions.idleSeconds > configuration.sessions.absoluteSeconds {
            faults.append(
                "\(ConfigurationName.sessionIdle) must not be above \(ConfigurationName.sessionAbsolute)"
            )
        }
        if configuration.identity.revocationURL != nil, configuration.listen.revocation == nil {
            faults.append(
                "\(ConfigurationName.revocationURL) stands in certificates, and nobody would answer there: set"
                    + " \(ConfigurationName.revocation), or leave it out")
        }
        checkCustody()
        takeFreePorts()
        checkDirectories()
        checkIssuers()
        checkOpenID()
        checkSAML()
    }

    /// Whatever signs has half of its life left at least; what must live longer than that would be cut short, or refused.
    private mutating func checkLives() {
        let identity = configuration.identity
        checkLife(
            ConfigurationName.svidTTLMax, identity.svidTTLSecondsMax,
            under: ConfigurationName.intermediateTTL, identity.intermediateSeconds)
        checkLife(
            ConfigurationName.serverTTL, identity.serverTTLSeconds,
            under: ConfigurationName.intermediateTTL, identity.intermediateSeconds)
        checkLife(
            ConfigurationName.intermediateTTL, identity.intermediateSeconds,
            under: ConfigurationName.rootTTL, identity.rootSeconds)
    }

    private mutating func checkLife(
        _ name: String, _ seconds: Int, under issuer: String, _ issuerSeconds: Int
    ) {
        guard seconds > issuerSeconds / 2 else { return }
        faults.append(
            "\(name) (\(ConfigurationValue.duration(seconds))) must not be above half of \(issuer)"
                + " (\(ConfigurationValue.duration(issuerSeconds))), since the next authority takes over"
                + " at half of a life: set \(name) to at most \(ConfigurationValue.duration(issuerSeconds / 2)),"
                + " or \(issuer) to at least \(ConfigurationValue.duration(seconds * 2))")
    }

    /// Nobody else's tokens may pass for our own.
    private mutating func checkIssuers() {
        let own = configuration.tokenSettings.issuer
        for issuer in configuration.tokenIssuers {
            if issuer.name.isExactly(TokenSettings.provider) {
                faults.append(
                    "auth.jwt: \(TokenSettings.provider) names our own tokens; give the issuer"
                        + " another name")
            }
            if issuer.issuer.isExactly(own) {
                faults.append("auth.jwt: \(quote(own)) is the issuer of our own tokens")
            }
        }
    }

    /// Whoever lets the system choose the service listener's port runs several gateways on one machine, as tests do.
    private mutating func takeFreePorts() {
        guard configuration.listen.service.port == 0 else { return }
        if !given.contains(ConfigurationName.people) { configuration.listen.people?.port = 0 }
        if !given.contains(ConfigurationName.federation) {
            configuration.listen.federation?.port = 0
        }
    }

    private mutating func apply(
        _ key: ConfigurationKey, to value: ConfigurationValue, place: String
    ) {
        given.insert(key.name)
        if key.apply(&configuration, value) { return }
        let text = key.hidesValue ? nil : value.text
        let got = text.map { ", got \(quote($0))" } ?? ""
        faults.append("\(place): \(key.name) must be \(key.form)\(got)")
    }

    private func isSection(_ name: String) -> Bool {
        name == "auth" || keys.keys.contains { $0.hasPrefix(name + ".") }
    }
}
