/// One thing that is wrong with a policy file, and where.
public struct PolicyError: Error, Hashable, Sendable {
    /// The kinds of errors.
    public enum Code: String, CaseIterable, Sendable {
        /// The file can't be read.
        case unreadable
        /// The file is not YAML, or uses parts of YAML that policies may not use.
        case syntax
        /// A key that the language doesn't have.
        case unknownKey = "unknown_key"
        /// A key that must be there is not.
        case missingKey = "missing_key"
        /// A list where a mapping belongs, a number where a name belongs, and the like.
        case wrongType = "wrong_type"
        /// A value of the right type that can't be.
        case invalidValue = "invalid_value"
        /// Something that may stand only once.
        case duplicate
        /// A name of something that is not there.
        case dangling
        /// More than `PolicyLimits` allows.
        case limit
    }

    /// What kind of error it is.
    public let code: Code
    /// The file's name.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column in characters, from 1.
    public let column: Int
    /// What is wrong, in lower case.
    public let message: String
    /// What to do about it.
    public let hint: String?
}

extension PolicyError: CustomStringConvertible {
    /// The error as `file:line:column: message (hint)`.
    public var description: String {
        "\(file):\(line):\(column): \(text)"
    }

    /// The message with its hint.
    public var text: String {
        hint.map { "\(message) (\($0))" } ?? message
    }
}

/// Everything that is wrong with a policy.
public struct PolicyErrors: Error, Hashable, Sendable, CustomStringConvertible {
    /// The errors, by file and place; never empty.
    public let errors: [PolicyError]

    /// One error of a whole file, for tools that put files together.
    public init(file: String, message: String) {
        self.init(errors: [
            PolicyError(
                code: .invalidValue, file: file, line: 1, column: 1, message: message, hint: nil)
        ])
    }

    init(errors: [PolicyError]) {
        self.errors = errors
    }

    /// One error a line.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
