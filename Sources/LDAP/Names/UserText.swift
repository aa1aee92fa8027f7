/// What people type as their name, before anything is asked.
public enum UserText {
    /// Whether it may be asked about at all: not empty or too long, no spaces around it, and nothing in it that can't be seen.
    public static func isAcceptable(_ user: String) -> Bool {
        guard (1...DirectoryLimits.userBytesMax).contains(user.utf8.count),
            user.first != " ", user.last != " "
        else { return false }
        return user.unicodeScalars.allSatisfy(isVisible)
    }

    /// Whether a text of a directory may be somebody's name here.
    static func isAName(_ name: String) -> Bool {
        name.utf8.count <= DirectoryLimits.nameBytesMax && isAcceptable(name)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
            .privateUse:
            false
        case .spaceSeparator: scalar == " "
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
