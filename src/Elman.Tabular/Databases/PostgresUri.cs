using System.Data.Common;

namespace Elman.Tabular;

/// <summary>The form in which hosting services hand out connections: postgres://user:password@host:port/database?sslmode=require.</summary>
internal static class PostgresUri
{
    /// <summary>Whether a text begins as such a URI does.</summary>
    public static bool Is(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the parts of a URI as keywords; false where it is none.</summary>
    public static bool TryRead(string text, DbConnectionStringBuilder parts)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
            return false;
        parts["Host"] = uri.Host.Trim('[', ']');
        if (uri.Port > 0)
            parts["Port"] = uri.Port;
        if (uri.AbsolutePath.Length > 1)
            parts["Database"] = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        string[] user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            parts["Username"] = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            parts["Password"] = Uri.UnescapeDataString(user[1]);
        foreach (string option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (option.Split('=', 2) is not [string key, string value])
                return false;
            parts[Keyword(key)] = Uri.UnescapeDataString(value);
        }

        return true;
    }

    /// <summary>The names of libpq that Npgsql spells otherwise.</summary>
    private static string Keyword(string name) => name.ToLowerInvariant() switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "sslpassword" => "SSL Password",
        "user" => "Username",
        "password" => "Password",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "target_session_attrs" => "Target Session Attributes",
        "channel_binding" => "Channel Binding",
        _ => name,
    };
}
