import Text

/// A place in a file.
package struct Mark: Hashable, Sendable {
    package var line: Int
    package var column: Int

    static let start = Mark(line: 1, column: 1)
}

/// Collects what is wrong with a policy or another document.
package struct Diagnostics {
    package private(set) var errors: [PolicyError] = []
    private(set) var leftOut = 0
    package var file = ""

    /// Nothing is wrong yet.
    package init() {}

    mutating func report(
        _ code: PolicyError.Code, _ mark: Mark, _ message: String, hint: String? = nil,
        file: String? = nil
    ) {
        guard errors.count < PolicyLimits.errorsMax else {
            leftOut += 1
            return
        }
        errors.append(
            PolicyError(
                code: code, file: file ?? self.file, line: mark.line, column: mark.column,
                message: message, hint: hint))
    }

    /// The errors found, in the order of the files and of the places in them.
    func failure(fileOrder: [String]) -> PolicyErrors? {
        guard !errors.isEmpty else { return nil }
        let order = Dictionary(
            fileOrder.enumerated().map { (ExactText($1), $0) },
            uniquingKeysWith: { first, _ in first })
        func rank(_ error: PolicyError, _ offset: Int) -> (Int, Int, Int, Int) {
            (order[ExactText(error.file)] ?? 0, error.line, error.column, offset)
        }
        var sorted = errors.enumerated()
            .sorted { rank($0.element, $0.offset) < rank($1.element, $1.offset) }
            .map(\.element)
        if leftOut > 0, let last = sorted.last {
            sorted.append(
                PolicyError(
                    code: .limit, file: last.file, line: last.line, column: last.column,
                    message: "\(leftOut) more errors are not shown", hint: nil))
        }
        return PolicyErrors(errors: sorted)
    }
}
