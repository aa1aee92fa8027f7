internal import Policy

/// Where alerts go.
struct AlertOutputPlan: Sendable, Equatable {
    enum Target: Sendable, Equatable {
        /// The alert as JSON, posted.
        case webhook(url: String, TLSFiles)
        /// RFC 5425.
        case syslog(Endpoint)
        /// A program with its arguments, no shell; the alert as JSON on its standard input.
        case command([String], timeoutSeconds: Int)
    }

    var name: String
    var target: Target

    private enum Kind: String, CaseIterable {
        case webhook, syslog, command
    }

    private static let keys = [
        "name", "type", "url", "address", "server_name", "ca", "cert", "key", "argv", "timeout",
    ]

    static func read(_ node: DocumentNode, _ form: inout DocumentForm) -> AlertOutputPlan? {
        guard let members = form.mapping(node, "an output", keys: keys) else { return nil }
        guard let nameNode = members["name"], let name = form.text(nameNode, "name"),
            ExporterFile.isName(name)
        else {
            form.fault(node, "an output needs a name of 1 to 63 of a-z 0-9 and -")
            return nil
        }
        guard let typeNode = members["type"] else {
            form.fault(node, "output \(name) needs a type: webhook, syslog or command")
            return nil
        }
        guard let kind = form.word(typeNode, "type", Kind.self),
            let target = target(kind, name, node, members, &form)
        else { return nil }
        return AlertOutputPlan(name: name, target: target)
    }

    private static func target(
        _ kind: Kind, _ name: String, _ node: DocumentNode, _ members: [DocumentMember],
        _ form: inout DocumentForm
    ) -> Target? {
        let tls = ExporterFile.tls(members, &form)
        switch kind {
        case .webhook:
            guard let place = members["url"], let url = form.text(place, "url"),
                ExporterFile.isSafe(url)
            else {
                form.fault(
                    members["url"] ?? node,
                    "output \(name) needs a url with https://, or http:// to this machine")
                return nil
            }
            return .webhook(url: url, tls)
        case .syslog:
            guard let place = members["address"], let text = form.text(place, "address"),
                let endpoint = ExporterFile.endpoint(text)
            else {
                form.fault(
                    members["address"] ?? node, "output \(name) needs an address as host:port")
                return nil
            }
            return .syslog(
                Endpoint(
                    host: endpoint.host, port: endpoint.port,
                    serverName: members["server_name"].flatMap { form.text($0, "server_name") },
                    tls: tls))
        case .command:
            let argv = members["argv"].map { form.texts($0, "argv") } ?? []
            guard let program = argv.first, program.hasPrefix("/") else {
                form.fault(
                    members["argv"] ?? node,
                    "output \(name) needs argv: a list that begins with a program's whole path")
                return nil
            }
            let limit =
                members["timeout"].map {
                    form.seconds($0, "timeout", max: ExportLimits.commandSecondsMax)
                } ?? ExportLimits.commandSecondsMax
            return limit.map { .command(argv, timeoutSeconds: $0) }
        }
    }
}

extension Alert {
    /// The alert as one JSON object.
    public var json: [UInt8] {
        JSONBuilder.object { part in
            part.text("rule", rule)
            part.text("title", title)
            part.text("severity", severity.rawValue)
            part.text("subject", subject)
            part.number("count", count)
            part.number("seq", sequence)
            part.number("time_unix_nano", nanoseconds)
            part.text("host", HostName.text)
        }
    }
}
