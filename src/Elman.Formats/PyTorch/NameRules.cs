namespace Elman.Formats.PyTorch;

/// <summary>
/// Rules OLD=NEW that rename tensors. OLD is a whole name, or ends with a dot and is a prefix; of several that fit, the whole name wins, then the
/// longest prefix. An empty OLD is the prefix of every name.
/// </summary>
internal sealed class NameRules
{
    private readonly List<(string Old, string New)> _rules = [];

    /// <summary>Reads rules.</summary>
    /// <exception cref="ElmanException">One is not of the form OLD=NEW, or two have the same OLD.</exception>
    public NameRules(IEnumerable<string> rules)
    {
        foreach (string rule in rules)
        {
            int split = rule.IndexOf('=');
            if (split < 0) throw new ElmanException($"the rule {SafeTensorsHeader.Quote(rule)} is not of the form OLD=NEW, such as encoder.=0. or w_x=lstm.weight_ih_l0");
            if (_rules.Any(other => other.Old == rule[..split])) throw new ElmanException($"two rules rename {SafeTensorsHeader.Quote(rule[..split])}; give one");
            _rules.Add((rule[..split], rule[(split + 1)..]));
        }
    }

    /// <summary>Renames, and keeps the order.</summary>
    /// <exception cref="ElmanException">A rule fits no tensor, or two tensors end with the same name.</exception>
    public List<(string Name, TorchTensor Tensor)> Apply(string source, IReadOnlyList<(string Name, TorchTensor Tensor)> tensors)
    {
        HashSet<string> used = [];
        Dictionary<string, string> origins = [];
        List<(string, TorchTensor)> renamed = [];
        foreach ((string name, TorchTensor tensor) in tensors)
        {
            (string Old, string New)[] fitting = [.. _rules.Where(rule => Fits(rule.Old, name)).OrderByDescending(rule => rule.Old.Length)];
            string result = fitting is [var best, ..] ? best.New + name[best.Old.Length..] : name;
            if (fitting.Length > 0) used.Add(fitting[0].Old);
            if (!origins.TryAdd(result, name)) throw new ElmanException($"{source}: the rules give tensors {SafeTensorsHeader.Quote(origins[result])} and {SafeTensorsHeader.Quote(name)} one name, {SafeTensorsHeader.Quote(result)}");
            renamed.Add((result, tensor));
        }
        return _rules.FirstOrDefault(rule => !used.Contains(rule.Old)) is ({ } unused, _)
            ? throw new ElmanException($"{source}: the rule for {SafeTensorsHeader.Quote(unused)} fits none of the tensors {string.Join(", ", tensors.Take(8).Select(pair => SafeTensorsHeader.Quote(pair.Name)))}{(tensors.Count > 8 ? ", …" : "")}")
            : renamed;
    }

    private static bool Fits(string old, string name) =>
        old.Length == 0 || old[^1] == '.' ? name.StartsWith(old, StringComparison.Ordinal) : name == old;
}
