namespace Elman.Peers;

/// <summary>One measured number beside the one that was wanted.</summary>
/// <param name="PartOfLimit">What part of the speed of <see cref="LeastWork"/>, or of two threads over one of <see cref="Halves"/>, the measured work reached.</param>
internal sealed record Check(string What, double Measured, double Wanted, string Unit, bool AtLeast = true, double? PartOfLimit = null)
{
    /// <summary>What part of that speed the target takes: beyond 1 of <see cref="LeastWork"/> it is out of reach for any program here.</summary>
    public double? NeededOfLimit => PartOfLimit / Part;

    public bool Met => AtLeast ? Measured >= Wanted : Measured <= Wanted;

    /// <summary>1 where the target is just met, above if it is more than met.</summary>
    public double Part => AtLeast ? Measured / Wanted : Wanted == 0 ? Measured == 0 ? 1 : 0 : Wanted / Measured;
}

/// <summary>What is to be reached for one kind of work, with every number that counts for it.</summary>
/// <param name="Remark">Why there is no number, or what to know of those there are.</param>
internal sealed record Target(string Work, string Wanted, IReadOnlyList<Check> Checks, string Remark = "")
{
    public bool Met => Checks.Count > 0 && Checks.All(check => check.Met);

    public Check? Worst => Checks.MinBy(check => check.Part);
}
