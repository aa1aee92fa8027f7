internal import Foundation
internal import Policy

/// One live exporter: where to, in which form, which records.
public struct ExporterPlan: Sendable, Equatable {
    /// Where records go.
    public enum Target: Sendable, Equatable {
        /// RFC 5425: TLS with octet counting, to host and port.
        case syslog(Endpoint)
        /// OTLP/HTTP with protocol buffers, to a URL.
        case otlp(url: String, TLSFiles)
        /// A file that only grows.
        case file(path: String, ExportFormat)
    }

    /// A name in status, cursors and records.
    public var name: String
    /// Where records go.
    public var target: Target
    /// Which records are meant.
    public var filter: RecordFilter
}

/// A host, a port and the files of TLS.
public struct Endpoint: Sendable, Equatable {
    /// The name or address.
    public var host: String
    /// The TCP port.
    public var port: Int
    /// The name that the server's certificate must have; nil is the host.
    public var serverName: String?
    /// The TLS settings or version.
    public var tls: TLSFiles
}

/// The PEM files of a TLS client.
public struct TLSFiles: Sendable, Equatable {
    /// The authorities that are trusted; nil are the system's.
    public var authorities: String?
    /// The client's own certificate chain and key; nil for none.
    public var certificate: String?
    /// The private key.
    public var key: String?
}

/// Reads `audit.exporters`.
public enum ExporterFile {
    private enum Kind: String, CaseIterable {
        case syslog, otlp, file
    }

    private static let keys = [
        "name", "type", "address", "server_name", "ca", "cert", "key", "url", "path", "format",
        "filter",
    ]

    /// Parses a file's text.
    ///
    /// - Throws: ``ExportError/document(faults:)`` with every fault as `file:line:column: what`.
    public static func parse(_ text: String, file: String) throws(ExportError) -> [ExporterPlan] {
        var form = DocumentForm(file: file)
        var plans: [ExporterPlan] = []
        if let members = form.read(text) {
            form.check(members, "the file", ["maxine_exporters", "exporters"])
            version(members["maxine_exporters"], &form)
            if let node = members["exporters"] {
                for item in form.items(node, "exporters") {
                    if let plan = plan(item, &form) { plans.append(plan) }
                }
                if plans.count > ExportLimits.exportersMax {
                    form.fault(node, "at most \(ExportLimits.exportersMax) exporters are allowed")
                }
                if Set(plans.map(\.name)).count < plans.count {
                    form.fault(node, "two exporters have the same name")
                }
            }
        }
        if !form.faults.isEmpty { throw .document(faults: form.faults) }
        return plans
    }

    private static func version(_ node: DocumentNode?, _ form: inout DocumentForm) {
        guard let node else {
            form.faults.append("\(form.file):1:1: the key 'maxine_exporters: 1' is missing")
            return
        }
        _ = form.number(node, "maxine_exporters", in: 1...1)
    }

    private static func plan(_ node: DocumentNode, _ form: inout DocumentForm) -> ExporterPlan? {
        guard let members = form.mapping(node, "an exporter", keys: keys) else { return nil }
        guard let nameNode = members["name"], let name = form.text(nameNode, "name"),
            isName(name)
        else {
            form.fault(node, "an exporter needs a name of 1 to 63 of a-z 0-9 and -")
            return nil
        }
        guard let typeNode = members["type"],
            let kind = form.word(typeNode, "type", Kind.self)
        else {
            if members["type"] == nil { form.fault(node, "exporter \(name) needs a type") }
            return nil
        }
        let filter = filter(members["filter"], &form)
        guard let target = target(kind, name, node, members, &form) else { return nil }
        return ExporterPlan(name: name, target: target, filter: filter)
    }

    private static func target(
        _ kind: Kind, _ name: String, _ node: DocumentNode, _ members: [DocumentMember],
        _ form: inout DocumentForm
    ) -> ExporterPlan.Target? {
        switch kind {
        case .syslog:
            let tls = tls(members, &form)
            guard let place = members["address"], let text = form.text(place, "address") else {
                form.fault(node, "exporter \(name) needs an address, as \"siem.example.org:6514\"")
                return nil
            }
            guard let endpoint = endpoint(text) else {
                form.fault(place, "address \(quoted(text)) is not host:port")
                return nil
            }
            return .syslog(
                Endpoint(
                    host: endpoint.host, port: endpoint.port,
                    serverName: members["server_name"].flatMap { form.text($0, "server_name") },
                    tls: tls))
        case .otlp:
            let tls = tls(members, &form)
            guard let place = members["url"], let url = form.text(place, "url") else {
                form.fault(node, "exporter \(name) needs a url")
                return nil
            }
            guard isSafe(url) else {
                form.fault(place, "url \(quoted(url)) must be https://, or http:// to this machine")
                return nil
            }
            return .otlp(url: url, tls)
        case .file:
            guard let place = members["path"], let path = form.text(place, "path") else {
                form.fault(node, "exporter \(name) needs a path")
                return nil
            }
            var format = ExportFormat.jsonl
            if let chosen = members["format"] {
                guard let known = form.word(chosen, "format", ExportFormat.self) else { return nil }
                format = known
            }
            return .file(path: path, format)
        }
    }

    private static func filter(_ node: DocumentNode?, _ form: inout DocumentForm) -> RecordFilter {
        guard let node, let members = form.mapping(node, "filter", keys: nil) else {
            return RecordFilter()
        }
        let pairs = members.compactMap { member in
            form.text(member.value, member.key).map { (name: member.key, value: $0) }
        }
        do throws(ExportError) {
            return try RecordFilter(pairs, nowNanoseconds: 0)
        } catch {
            form.fault(node, "filter: \(error)")
            return RecordFilter()
        }
    }

    static func tls(_ members: [DocumentMember], _ form: inout DocumentForm) -> TLSFiles {
        var files = TLSFiles()
        files.authorities = members["ca"].flatMap { form.text($0, "ca") }
        files.certificate = members["cert"].flatMap { form.text($0, "cert") }
        files.key = members["key"].flatMap { form.text($0, "key") }
        if let node = members["cert"] ?? members["key"],
            (files.certificate == nil) != (files.key == nil)
        {
            form.fault(node, "cert and key belong together")
        }
        return files
    }

    static func endpoint(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return host.isEmpty || host.utf8.count > 253 ? nil : (host, port)
    }

    /// Records leave over TLS, or not at all beyond this machine.
    static func isSafe(_ url: String) -> Bool {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil
        else { return false }
        if parts.scheme == "https" { return true }
        return parts.scheme == "http" && ["127.0.0.1", "[::1]", "::1", "localhost"].contains(host)
    }

    static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
    }
}
