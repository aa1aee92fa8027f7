internal import Foundation
internal import LDAP
internal import Workers

/// Asks a configured directory once, for `maxine auth test`, and says what came and what it was made of.
public enum DirectoryTrial {
    /// What came of it.
    public struct Report: Sendable {
        /// Whether the directory answered, and let the person in if one was named.
        public let isGood: Bool
        /// Names and values, in the order to show them.
        public let lines: [(name: String, value: String)]
    }

    /// Asks.
    ///
    /// - Parameters:
    ///   - name: The directory's name in the configuration.
    ///   - person: The name and the password that are typed; nil asks only whether the directory can be asked.
    ///   - configuration: The whole configuration.
    /// - Returns: What came of it; nil where no directory of that name is configured.
    public static func run(
        _ name: String, person: (user: String, password: [UInt8])?,
        in configuration: GatewayConfiguration
    ) async -> Report? {
        guard let settings = configuration.directories.first(where: { $0.name == name }) else {
            return nil
        }
        let desk = DirectoryDesk(settings, workers: .directories)
        defer { desk.stop() }
        var lines = [
            (name: "directory", value: settings.name),
            (name: "servers", value: settings.servers.map(\.description).joined(separator: " ")),
        ]
        let answer: DirectoryAnswer
        if let person {
            answer = await desk.ask(.signOn(user: person.user), password: person.password)
        } else {
            answer = await desk.ask(.probe)
        }
        lines += told(answer, settings)
        if !desk.counts.hasLandlock {
            lines.append(("confinement", "seccomp; this kernel has no Landlock"))
        }
        switch answer {
        case .there, .person: return Report(isGood: true, lines: lines)
        case .refused, .fault: return Report(isGood: false, lines: lines)
        }
    }

    private static func told(
        _ answer: DirectoryAnswer, _ settings: DirectorySettings
    ) -> [(name: String, value: String)] {
        switch answer {
        case .there: return [("answer", "it can be asked")]
        case .fault(let reason): return [("answer", "none"), ("first fault", reason)]
        case .refused(let code, let reason):
            return [("answer", "refused"), ("code", code.rawValue), ("reason", reason)]
                + (advice(code, settings).map { [("what to do", $0)] } ?? [])
        case .person(let person):
            let groups = person.groups.map { group in
                (name: "group", value: "\(group) -> group \(settings.name)/\(GroupName.of(group))")
            }
            return [
                ("answer", "let in"), ("entry", person.entry),
                ("principal", "user \(settings.name)/\(person.name)"),
            ]
                + (groups.isEmpty
                    ? [("group", "none (\(settings.plan.groupMode.rawValue))")] : groups)
        }
    }

    private static func advice(
        _ code: DirectoryRefusal, _ settings: DirectorySettings
    ) -> String? {
        switch code {
        case .otherSpelling: "type the name as the directory spells it, or set any_case: true"
        case .noName: "see name_attribute (\(settings.plan.nameAttribute))"
        case .ambiguousUser: "narrow the search: see base and user_filter"
        case .unknownUser, .outsideOfBase: "see base and user_attribute or user_filter"
        case .tooManyGroups: "narrow groups.base, or set groups.depth to less"
        default: nil
        }
    }
}

/// Short names of groups.
enum GroupName {
    /// The value that the group's entry is named by; the whole name where that is not one value.
    static func of(_ group: String) -> String {
        DistinguishedName(group)?.ownValue ?? group
    }
}

extension WorkerProgram {
    /// This program, as what reads the answers of directories.
    static let directories = WorkerProgram(
        arguments: [DirectoryWorker.argument],
        libraries: ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"])
}
