internal import Yams

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
private let unservedListeners: Set<String> = ["listen.people", "listen.federation", "listen.dns"]

struct ConfigurationReader {
    var configuration = GatewayConfiguration()
    var faults: [String] = []
    var warnings: [String] = []
    private let keys = Dictionary(
        uniqueKeysWithValues: ConfigurationKey.all.map { ($0.name, $0) })

    mutating func read(file: String, text: String) {
        guard text.utf8.count <= FileLimits.configurationBytesMax else {
            faults.append(
                "\(file):1:1: file is longer than \(FileLimits.configurationBytesMax) bytes")
            return
        }
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            guard case .mapping(let mapping) = root else {
                faults.append("\(file):1:1: expected a mapping of keys at the top")
                return
            }
            read(mapping, prefix: "", file: file, depth: 0)
        } catch let error as YamlError {
            faults.append(describe(error, file: file))
        } catch {
            faults.append("\(file):1:1: not readable as YAML")
        }
    }

    private mutating func read(_ mapping: Node.Mapping, prefix: String, file: String, depth: Int) {
        for (key, value) in mapping {
            let place = "\(file):\(key.mark?.line ?? 1):\(key.mark?.column ?? 1)"
            guard case .scalar(let scalar) = key, key.anchor == nil, value.anchor == nil else {
                faults.append("\(place): anchors, aliases and non-scalar keys are not allowed")
                continue
            }
            read(value, name: prefix + scalar.string, place: place, file: file, depth: depth)
        }
    }

    private mutating func read(
        _ value: Node, name: String, place: String, file: String, depth: Int
    ) {
        if let key = keys[name] {
            apply(key, to: ConfigurationReader.value(of: value), place: place)
        } else if unservedListeners.contains(name) {
            warnings.append("\(place): \(name) is set, but this version serves nothing there")
        } else if name == "auth" || name.hasPrefix("auth.") {
            readSignOn(value, name: name, place: place)
        } else if case .mapping(let inner) = value, depth == 0, isSection(name) {
            read(inner, prefix: name + ".", file: file, depth: depth + 1)
        } else {
            faults.append("\(place): unknown key \(quote(name))\(hint(for: name))")
        }
    }

    /// Sign-on methods come later; one that is configured must not be passed over in silence.
    private mutating func readSignOn(_ value: Node, name: String, place: String) {
        switch value {
        case .mapping(let inner) where inner.values.allSatisfy(ConfigurationReader.isEmpty): return
        case _ where ConfigurationReader.isEmpty(value): return
        default: faults.append("\(place): \(name) is not supported by this version; remove it")
        }
    }

    mutating func read(environment: [String: String]) {
        let variables = Dictionary(
            uniqueKeysWithValues: ConfigurationKey.all.map { ($0.variable, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("MAXINE_") && !clientVariables.contains(name) {
            guard let key = variables[name] else {
                faults.append("\(name): unknown variable\(hint(for: name, among: variables.keys))")
                continue
            }
            apply(key, to: ConfigurationValue(variable: text), place: name)
        }
    }

    mutating func checkRelations() {
        if configuration.identity.svidTTLSeconds > configuration.identity.svidTTLSecondsMax {
            faults.append("identity.svid_ttl must not be above identity.svid_ttl_max")
        }
        if configuration.audit.fillBytes > configuration.audit.segmentBytes {
            faults.append("audit.fill_bytes must not be above audit.segment_bytes")
        }
    }

    private mutating func apply(
        _ key: ConfigurationKey, to value: ConfigurationValue, place: String
    ) {
        guard key.apply(&configuration, value) else {
            let got = value.text.map { ", got \(quote($0))" } ?? ""
            faults.append("\(place): \(key.name) must be \(key.form)\(got)")
            return
        }
    }
}

extension ConfigurationReader {
    private static func value(of node: Node) -> ConfigurationValue {
        switch node {
        case .scalar(let scalar): ConfigurationValue(text: scalar.string, list: nil)
        case .sequence(let sequence):
            ConfigurationValue(text: nil, list: scalars(of: sequence))
        case .mapping, .alias: ConfigurationValue(text: nil, list: nil)
        }
    }

    private static func scalars(of sequence: Node.Sequence) -> [String]? {
        var texts: [String] = []
        for node in sequence {
            guard case .scalar(let scalar) = node else { return nil }
            texts.append(scalar.string)
        }
        return texts
    }

    private static func isEmpty(_ node: Node) -> Bool {
        switch node {
        case .sequence(let sequence): sequence.isEmpty
        case .mapping(let mapping): mapping.isEmpty
        case .scalar(let scalar): scalar.string.isEmpty
        case .alias: false
        }
    }

    private func isSection(_ name: String) -> Bool {
        keys.keys.contains { $0.hasPrefix(name + ".") }
    }

    private func hint(for name: String) -> String {
        hint(for: name, among: keys.keys)
    }

    private func hint(for name: String, among known: some Sequence<String>) -> String {
        let near = known.map { ($0, editDistance($0, name, atMost: 3)) }
            .filter { $0.1 <= 3 }.min { ($0.1, $0.0) < ($1.1, $1.0) }
        return near.map { ", did you mean \(quote($0.0))?" } ?? ""
    }

    private func describe(_ error: YamlError, file: String) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(file):\(mark.line):\(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "\(file):\(context.mark.line):\(context.mark.column): duplicate key "
                + duplicates.map(quote).joined(separator: ", ")
        default: "\(file):1:1: not readable as YAML"
        }
    }
}

/// Quotes outside text for a message: control characters escaped, cut at 60 characters.
func quote(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: false) }.joined()
    return "\"\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")\""
}

/// The number of edits between two names, or `limit + 1` where it is more.
func editDistance(_ first: String, _ second: String, atMost limit: Int) -> Int {
    let (a, b) = (Array(first.utf8.prefix(80)), Array(second.utf8.prefix(80)))
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var row = Array(0...b.count)
    for i in 0..<a.count {
        var diagonal = row[0]
        row[0] = i + 1
        for j in 0..<b.count {
            let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
        }
    }
    return min(row[b.count], limit + 1)
}
