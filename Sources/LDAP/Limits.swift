/// What is taken of directories at most, and what people may type.
public enum DirectoryLimits {
    /// A user's name as it is typed, in UTF-8.
    public static let userBytesMax = 256
    /// A password.
    public static let passwordBytesMax = 1024
    /// The name of a person as the directory has it.
    public static let nameBytesMax = 256
    /// A distinguished name.
    public static let distinguishedNameBytesMax = 2048
    /// Parts of a distinguished name.
    static let partsMax = 64
    /// Groups of one person.
    public static let groupsMax = 1000
    /// Levels of groups in groups.
    public static let depthMax = 20
    /// Groups that are asked about in one search.
    static let groupsPerSearch = 40
    /// One message of a directory.
    static let messageBytesMax: UInt32 = 1 << 20
    /// All messages of one search together, as they are kept.
    static let entriesMax = 1001
    /// What a directory says about a failure, as far as it is told on.
    static let diagnosticBytesMax = 200
}
