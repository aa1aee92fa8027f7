import Text
import Yams

/// Turns a file's bytes into a `DocumentNode`, or reports why not.
///
/// Policies and the gateway's configuration are read by it; a file without content is nil and no error.
package enum DocumentReader {
    /// Reads one file.
    package static func read(
        _ source: PolicySource, into diagnostics: inout Diagnostics
    ) -> DocumentNode? {
        guard source.bytes.count <= PolicyLimits.fileBytesMax else {
            diagnostics.report(
                .limit, .start,
                "the file has \(source.bytes.count) bytes, "
                    + "at most \(PolicyLimits.fileBytesMax) are allowed")
            return nil
        }
        guard let text = TextCheck.text(source.bytes, into: &diagnostics) else { return nil }
        if source.bytes.contains(UInt8(ascii: "&")),
            !holdsNoAnchors(text, into: &diagnostics)
        {
            return nil
        }
        return withTree(of: text, into: &diagnostics) { root, diagnostics in
            convert(root, depth: 1, into: &diagnostics)
        }
    }

    /// Looks for anchors without ever resolving an alias.
    ///
    /// Aliases of aliases can stand for more nodes than memory holds. An alias needs an anchor before it, and up to a
    /// file's first anchor every `*` is mere text; so the copy without `*` has an anchor if and only if the file has one.
    private static func holdsNoAnchors(_ text: String, into diagnostics: inout Diagnostics) -> Bool
    {
        var copy = String.UnicodeScalarView()
        copy.append(contentsOf: text.unicodeScalars.map { $0 == "*" ? "\u{E000}" : $0 })
        return withTree(of: String(copy), into: &diagnostics) { root, diagnostics in
            let anchors = anchorMarks(in: root)
            for mark in anchors {
                diagnostics.report(
                    .syntax, mark, "anchors and aliases are not allowed",
                    hint: "write the value out, or quote it if it begins with '&' or '*'")
            }
            return anchors.isEmpty ? () : nil
        } != nil
    }

    /// Composes a text; the parser lives as long as its tree, whose anchors it owns.
    private static func withTree<Result>(
        of text: String, into diagnostics: inout Diagnostics,
        _ body: (Node, inout Diagnostics) -> Result?
    ) -> Result? {
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            return try withExtendedLifetime(parser) {
                try parser.singleRoot().flatMap { body($0, &diagnostics) }
            }
        } catch {
            report(error, into: &diagnostics)
            return nil
        }
    }

    private static func anchorMarks(in root: Node) -> [Mark] {
        var marks: [Mark] = []
        var open = [root]
        while let node = open.popLast() {
            if node.anchor != nil { marks.append(mark(of: node)) }
            switch node {
            case .scalar, .alias: break
            case .sequence(let sequence): open.append(contentsOf: sequence)
            case .mapping(let mapping):
                for (key, value) in mapping { open.append(contentsOf: [key, value]) }
            }
        }
        return marks
    }

    static func mark(of node: Node) -> Mark {
        node.mark.map { Mark(line: $0.line, column: $0.column) } ?? .start
    }

    private static func report(_ error: any Error, into diagnostics: inout Diagnostics) {
        guard let error = error as? YamlError else {
            diagnostics.report(.syntax, .start, "the file can't be parsed")
            return
        }
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = Mark(line: mark.line, column: mark.column)
            let about = context.map { "\($0.text), " } ?? ""
            diagnostics.report(.syntax, place, "not YAML: \(about)\(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let mark = Mark(line: context.mark.line, column: context.mark.column)
            let key = keys.first.map(quoted) ?? "a key"
            diagnostics.report(.duplicate, mark, "key \(key) stands more than once in this mapping")
        case .memory:
            diagnostics.report(
                .limit, .start, "the file nests deeper than \(PolicyLimits.depthMax) levels")
        case .reader(let problem, _, _, _):
            diagnostics.report(.syntax, .start, "not YAML: \(problem)")
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            diagnostics.report(.syntax, .start, "the file can't be parsed")
        }
    }
}
