<#
.SYNOPSIS
    Installs crm-domino-sync as a Windows service by WinSW, under a virtual account without rights.
.PARAMETER WinSW
    The WinSW program as downloaded, for example WinSW-x64.exe of release 2.12.0.
.PARAMETER Sha256
    Its SHA-256, as you know it from a source you trust.
.PARAMETER SkipDoctor
    Installs although the configuration was not tried.
.EXAMPLE
    .\install-service.ps1 -WinSW "C:\Users\dba\Downloads\WinSW-x64.exe" -Sha256 0123...cdef
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [ValidateScript({ Test-Path -LiteralPath $_ -PathType Leaf })] [string] $WinSW,
    [Parameter(Mandatory = $true)] [ValidatePattern('^[0-9A-Fa-f]{64}$')] [string] $Sha256,
    [switch] $SkipDoctor
)
. (Join-Path $PSScriptRoot 'common.ps1')

$Service = 'CrmDominoSync'
# Windows makes this account with the service, and it needs no password.
$Account = "NT SERVICE\$Service"
$Wrapper = Join-Path $PSScriptRoot "$Service.exe"

Assert-Administrator
Assert-Prerequisites
if (Get-Service -Name $Service -ErrorAction SilentlyContinue) {
    throw "The service $Service is there already. Stop it and remove it first: & '$Wrapper' uninstall"
}
if ((Get-FileHash -LiteralPath $WinSW -Algorithm SHA256).Hash -ne $Sha256) {
    throw "$WinSW is not the file with this SHA-256."
}
if (-not $SkipDoctor) { Test-Configuration }

Copy-Item -LiteralPath $WinSW -Destination $Wrapper -Force
# Downloaded, but now known by its SHA-256.
Unblock-File -LiteralPath $Wrapper
Invoke-Checked $Wrapper @('install')
try {
    Invoke-Checked sc.exe @('config', $Service, 'obj=', $Account)
    Protect-DataFolder -Account $Account
} catch {
    # Until then it is LocalSystem's, and would start as that with Windows.
    & $Wrapper uninstall
    throw
}
Start-Service -Name $Service
Get-Service -Name $Service
Write-Output "Log: $(Join-Path $DataFolder "logs\$Service.err.log")"
