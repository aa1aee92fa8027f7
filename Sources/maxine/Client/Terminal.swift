import Foundation
import Glibc
import Text

/// Where commands print: results to stdout, all else to stderr, and nothing of it acts on the terminal.
enum Terminal {
    /// Prints one line for people.
    static func print(_ text: String) {
        write(Quotation.escaped(text), to: STDOUT_FILENO)
    }

    /// Prints JSON: to a terminal with all escaped that would act there, to a file or a program as it is.
    static func print(json text: String) {
        write(isatty(STDOUT_FILENO) == 1 ? Quotation.escaped(json: text) : text, to: STDOUT_FILENO)
    }

    /// Prints a message that may have several lines; what others sent must be escaped in it already.
    static func error(_ text: String) {
        write(Quotation.escaped(text, keeping: "\n"), to: STDERR_FILENO)
    }

    /// Shows how far something is, in place of what it showed before; nothing takes the line away.
    static func progress(_ text: String) {
        let line = Array(("\r\u{1b}[K" + Quotation.escaped(text)).utf8)
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Ends the command where nobody takes what it prints: in silence where the reader has gone, as `head` goes, and with a line
    /// where the file can't hold it.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                if errno == EPIPE { exit(128 + SIGPIPE) }
                if descriptor == STDOUT_FILENO {
                    error("maxine: can't write the output: \(errnoText(errno))")
                    exit(1)
                }
                return
            }
        }
    }

    /// Prints rows under a heading, columns aligned by their widest cell.
    static func table(_ heading: [String], _ rows: [[String]]) {
        let all = [heading] + rows.map { $0.map { Quotation.escaped($0) } }
        let widths = heading.indices.map { column in
            all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in all {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }
            print(cells.joined(separator: "  "))
        }
    }

    /// Prints names and values, a line each.
    static func fields(_ fields: [(String, String)]) {
        let width = fields.map { $0.0.count }.max() ?? 0
        for (name, value) in fields {
            let padded = name.padding(toLength: width, withPad: " ", startingAt: 0)
            print(padded + "  " + Quotation.escaped(value))
        }
    }
}
